import Glibc

/// The folder models are kept in, `STATE/models`.
///
/// A model lies there as GGUF files or as a Hugging Face folder, or as GGUF files in a folder of its
/// own, which is where `model pull` puts them. Of a split model the first part counts, and the
/// projector of a GGUF model is the only file beside it whose name contains `mmproj`.
public struct ModelsFolder: Sendable {
    /// A model that lies there.
    public struct Entry: Sendable, Equatable {
        /// Its name below the folder.
        public let name: String
        /// The language model's GGUF file, or the Hugging Face folder.
        public let text: String
        /// The projector's GGUF file, if there is exactly one beside it.
        public let mmproj: String?
    }

    /// The folder; it need not exist.
    public let path: String

    /// Names a folder.
    ///
    /// - Parameter path: The folder.
    public init(path: String) { self.path = path }

    /// The models there, by name.
    public var entries: [Entry] {
        var found = ggufEntries(in: path, prefix: "")
        for name in Self.names(in: path) where !name.hasPrefix(".") && !name.hasSuffix(".gguf") {
            let folder = "\(path)/\(name)"
            let inside = ggufEntries(in: folder, prefix: name + "/")
            if !inside.isEmpty {
                found += inside
            } else if access(folder + "/config.json", R_OK) == 0 {
                found.append(Entry(name: name, text: folder, mmproj: nil))
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    private func ggufEntries(in folder: String, prefix: String) -> [Entry] {
        let projectors = Self.projectors(in: folder)
        let projector = projectors.count == 1 ? projectors[0] : nil
        return Self.names(in: folder)
            .filter { name in
                name.hasSuffix(".gguf") && !name.contains("mmproj") && !Self.isLaterPart(name)
            }
            .map { Entry(name: prefix + $0, text: "\(folder)/\($0)", mmproj: projector) }
    }

    /// The paths of the projectors' files in a folder.
    static func projectors(in folder: String) -> [String] {
        names(in: folder).filter { $0.hasSuffix(".gguf") && $0.contains("mmproj") }
            .map { "\(folder)/\($0)" }
    }

    /// Whether a name is that of the second or a later part of a split model,
    /// `NAME-00002-of-00003.gguf`.
    private static func isLaterPart(_ name: String) -> Bool {
        guard let match = name.wholeMatch(of: /.*-(?<part>\d{5})-of-\d{5}\.gguf/) else {
            return false
        }
        return match.part != "00001"
    }

    /// The sorted names in a folder; none if it cannot be read.
    private static func names(in folder: String) -> [String] {
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

extension DaemonSettings {
    /// Where models are kept that nobody names by path.
    public var modelsFolder: ModelsFolder { ModelsFolder(path: stateDirectory + "/models") }
}
