/// Which files of a repository make the model that was asked for.
struct FileChoice {
    /// What people take who say nothing.
    private static let usualType = "Q4_K_M"

    let repository: String
    let files: [HubFile]

    /// The files to fetch.
    ///
    /// - Parameter wanted: A file's name, or a part of one such as `Q5_K_M`; nil for the whole model
    ///   of a folder of safetensors, or the usual type of a repository of GGUF files.
    /// - Returns: The language model's file or all its parts, and the projector's if there is one.
    /// - Throws: `HubError` of kind `request` that lists what there is.
    func chosen(_ wanted: String?) throws(HubError) -> [HubFile] {
        let gguf = files.filter { $0.name.hasSuffix(".gguf") }
        if wanted == nil, let folder = safetensorsFolder { return folder }
        guard let wanted else { return try withProjector(model(of: usual(gguf), in: gguf)) }
        if let exact = files.first(where: { $0.path == wanted || $0.name == wanted }) {
            guard exact.name.hasSuffix(".gguf"), !isProjector(exact) else { return [exact] }
            return try withProjector(model(of: [exact], in: gguf))
        }
        let matching = gguf.filter {
            !isProjector($0) && isFirstOrOnly($0)
                && $0.name.lowercased().contains(wanted.lowercased())
        }
        return try withProjector(model(of: matching, in: gguf))
    }

    /// The files of a Hugging Face folder; nil if the repository is none.
    private var safetensorsFolder: [HubFile]? {
        let top = files.filter { !$0.path.contains("/") }
        guard top.contains(where: { $0.path == "config.json" }),
            top.contains(where: { $0.path.hasSuffix(".safetensors") })
        else { return nil }
        return top.filter { file in
            [".safetensors", ".json", ".jinja"].contains { file.path.hasSuffix($0) }
                || file.path == "tokenizer.model"
        }
    }

    private func usual(_ gguf: [HubFile]) -> [HubFile] {
        let models = gguf.filter { !isProjector($0) && isFirstOrOnly($0) }
        guard models.count > 1 else { return models }
        return models.filter { $0.name.lowercased().contains(Self.usualType.lowercased()) }
    }

    /// The one model that was found, with all its parts.
    private func model(of found: [HubFile], in gguf: [HubFile]) throws(HubError) -> [HubFile] {
        guard found.count == 1 else {
            let names = files.map(\.path).filter { $0.hasSuffix(".gguf") }
            let listed = names.isEmpty ? "no GGUF file" : names.sorted().joined(separator: ", ")
            throw HubError(
                .request,
                "\(repository): \(found.count) models fit and not one; the repository has "
                    + "\(listed): name one as \(repository):FILE")
        }
        guard let (stem, count) = split(found[0]) else { return found }
        let parts = gguf.filter { split($0)?.stem == stem && split($0)?.count == count }
        guard parts.count == Int(count) else {
            throw HubError(
                .reply,
                "\(repository): '\(found[0].path)' is one of \(count) parts and \(parts.count) "
                    + "are there; the repository is not complete, choose another file")
        }
        return parts.sorted { $0.path < $1.path }
    }

    /// With the projector's file: the only one, or of several the only one in F16.
    private func withProjector(_ model: [HubFile]) -> [HubFile] {
        let all = files.filter { $0.name.hasSuffix(".gguf") && isProjector($0) }
        let half = all.filter { file in
            let name = file.name.lowercased()
            return name.contains("f16") && !name.contains("bf16")
        }
        if all.count == 1 { return model + all }
        return half.count == 1 ? model + half : model
    }

    private func isProjector(_ file: HubFile) -> Bool { file.name.contains("mmproj") }

    private func isFirstOrOnly(_ file: HubFile) -> Bool {
        guard split(file) != nil else { return true }
        return file.path.contains("-00001-of-")
    }

    /// What the names of a split model's parts share, and how many there are.
    private func split(_ file: HubFile) -> (stem: String, count: String)? {
        guard
            let match = file.path.wholeMatch(
                of: /(?<stem>.*)-\d{5}-of-(?<count>\d{5})\.gguf/)
        else { return nil }
        return (String(match.stem), String(Int(match.count) ?? 0))
    }
}
