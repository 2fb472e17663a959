import Glibc

extension ModelSettings {
    /// The files these settings mean, with `auto` worked out.
    ///
    /// `model.text: auto` is the only model in `STATE/models`: the only GGUF file there whose
    /// name does not contain `mmproj`, of a split model the first part, or the only folder with a `config.json`.
    /// `model.mmproj: auto` is the only GGUF file beside a GGUF `model.text` whose name
    /// contains `mmproj`; a Hugging Face folder holds both.
    ///
    /// - Parameter stateDirectory: `DaemonSettings.stateDirectory`.
    /// - Returns: The model's file or folder, and the projector's file if there is one apart.
    /// - Throws: `SettingsError` of kind `noModel` if there is none or more than one.
    public func files(
        stateDirectory: String
    ) throws(SettingsError) -> (text: String, mmproj: String?) {
        let text: String
        if let named = self.text {
            text = named
        } else {
            text = try onlyModel(in: stateDirectory + "/models")
        }
        if let mmproj { return (text, mmproj) }
        guard text.hasSuffix(".gguf") else { return (text, nil) }
        let folder = PathText.folder(of: text)
        let projectors = Self.entries(of: folder).filter {
            $0.hasSuffix(".gguf") && $0.contains("mmproj")
        }
        guard projectors.count == 1 else {
            throw SettingsError(
                .noModel, at: "model.mmproj",
                "\(projectors.count) files named *mmproj*.gguf lie in \(folder), not one: "
                    + "set model.mmproj or LLAVA_MODEL_MMPROJ, or give --mmproj")
        }
        return (text, folder + "/" + projectors[0])
    }

    private func onlyModel(in folder: String) throws(SettingsError) -> String {
        let models = Self.entries(of: folder).filter { name in
            guard name.hasSuffix(".gguf") else {
                return access("\(folder)/\(name)/config.json", R_OK) == 0
            }
            return !name.contains("mmproj") && !Self.isLaterPart(name)
        }
        guard models.count == 1 else {
            throw SettingsError(
                .noModel, at: "model.text",
                "\(models.count) models lie in \(folder), not one: "
                    + "set model.text or LLAVA_MODEL_TEXT, or give --model")
        }
        return folder + "/" + models[0]
    }

    /// Whether a name is that of the second or a later part of a split model,
    /// `NAME-00002-of-00003.gguf`; the model goes by its first.
    private static func isLaterPart(_ name: String) -> Bool {
        guard let match = name.wholeMatch(of: /.*-(?<part>\d{5})-of-\d{5}\.gguf/) else {
            return false
        }
        return match.part != "00001"
    }

    /// The sorted names in a folder; none if it cannot be read.
    private static func entries(of folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names.sorted()
    }
}
