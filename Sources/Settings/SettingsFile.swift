import Glibc
import Yams

/// A settings file taken apart: every key it sets, with its value and line.
struct SettingsFile {
    /// The values by full key name.
    private(set) var values: [String: SettingValue] = [:]

    private let path: String
    private let base: String

    /// Reads and checks a file.
    ///
    /// - Parameter path: The file's path, as messages shall name it.
    /// - Throws: `SettingsError` with `FILE:LINE` for the first thing that is wrong.
    init(path: String) throws(SettingsError) {
        try self.init(text: try Self.read(path), path: path)
    }

    /// Checks a text that stands for a file.
    init(text: String, path: String) throws(SettingsError) {
        self.path = path
        base = PathText.folder(of: PathText.absolute(path, base: Self.workingFolder))
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Self.syntaxError(error, path: path)
        }
        guard let root, !Self.isNull(root) else { return }
        try readSection("", root)
    }

    /// The folder the program runs in.
    static var workingFolder: String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    // MARK: - Walking the tree

    private mutating func readSection(_ prefix: String, _ node: Node) throws(SettingsError) {
        guard case .mapping(let mapping) = node else {
            let name = prefix.isEmpty ? "the file" : prefix
            throw error(.badValue, node, "\(name) is no mapping: write 'key: value' lines")
        }
        for (keyNode, valueNode) in mapping {
            guard let short = keyNode.string else {
                throw error(.unknownKey, keyNode, "a key must be a plain word")
            }
            let name = prefix.isEmpty ? short : prefix + "." + short
            if let key = SettingTable.key(named: name) {
                if Self.isNull(valueNode) { continue }
                values[name] = try value(of: key, valueNode)
            } else if SettingTable.sections.contains(name) {
                if Self.isNull(valueNode) { continue }
                try readSection(name, valueNode)
            } else {
                let known = SettingTable.keys.map(\.name) + SettingTable.sections.sorted()
                let nearest = NearestName.of(name, among: known)
                throw error(
                    .unknownKey, keyNode,
                    "there is no key '\(name)': the nearest is '\(nearest)'")
            }
        }
    }

    private func value(of key: SettingKey, _ node: Node) throws(SettingsError) -> SettingValue {
        if key.kind == .folders { return .folders(try folders(node)) }
        if case .sequence(let items) = node, key.kind == .names {
            return .names(try names(key.name, Array(items), node))
        }
        guard let scalar = node.scalar?.string else {
            throw error(.badValue, node, "\(key.name) takes one value: \(key.kind.rule)")
        }
        guard let value = SettingValue.parse(scalar, as: key.kind, base: base) else {
            throw error(.badValue, node, "\(key.name) is '\(scalar)': \(key.kind.rule)")
        }
        return value
    }

    private func names(
        _ name: String, _ items: [Node], _ node: Node
    ) throws(SettingsError) -> [String] {
        guard case .names(let names)? = SettingValue.list(of: items.map { $0.scalar?.string ?? "" })
        else { throw error(.badValue, node, "\(name): \(SettingKind.names.rule)") }
        return names
    }

    private func folders(_ node: Node) throws(SettingsError) -> [FolderSetting] {
        guard case .sequence(let items) = node, items.count <= SettingKind.maxListCount else {
            throw error(.badValue, node, "sources.folders: \(SettingKind.folders.rule)")
        }
        var folders: [FolderSetting] = []
        for item in items { folders.append(try folder(item)) }
        return folders
    }

    private func folder(_ node: Node) throws(SettingsError) -> FolderSetting {
        if case .scalar = node { return FolderSetting(path: try folderPath(node)) }
        guard case .mapping(let mapping) = node else {
            throw error(.badValue, node, "sources.folders: \(SettingKind.folders.rule)")
        }
        var folder = FolderSetting(path: "")
        for (keyNode, valueNode) in mapping {
            let short = keyNode.string ?? ""
            let name = "sources.folders." + short
            if short == "path" {
                folder.path = try folderPath(valueNode)
                continue
            }
            let known = ["path", "presets", "include", "exclude"]
            guard known.contains(short) else {
                let nearest = NearestName.of(short, among: known)
                throw error(
                    .unknownKey, keyNode,
                    "there is no key '\(name)': the nearest is 'sources.folders.\(nearest)'")
            }
            let items =
                valueNode.sequence.map(Array.init) ?? (Self.isNull(valueNode) ? [] : [valueNode])
            let texts = try names(name, items, valueNode)
            switch short {
            case "presets": folder.presets = texts
            case "include": folder.include = texts
            default: folder.exclude = texts
            }
        }
        if folder.path.isEmpty {
            throw error(.badValue, node, "sources.folders: this entry has no path: add one")
        }
        return folder
    }

    private func folderPath(_ node: Node) throws(SettingsError) -> String {
        let text = node.scalar?.string ?? ""
        let path = PathText.absolute(text, base: base)
        guard !text.isEmpty, path != "/" else {
            throw error(
                .badValue, node, "sources.folders: '\(text)' cannot be watched: name a folder")
        }
        return path
    }

    // MARK: - Files and errors

    private func error(
        _ kind: SettingsError.Kind, _ node: Node, _ message: String
    ) -> SettingsError {
        let place = node.mark.map { "\(path):\($0.line)" } ?? path
        return SettingsError(kind, at: place, message)
    }

    /// An absent value (`key:` or `key: ~`) leaves the built-in one in force.
    private static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style != .singleQuoted,
            scalar.style != .doubleQuoted
        else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    private static func syntaxError(_ error: any Error, path: String) -> SettingsError {
        guard let yaml = error as? YamlError else {
            return SettingsError(.syntax, at: path, "not YAML: \(error)")
        }
        switch yaml {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return SettingsError(
                .syntax, at: "\(path):\(mark.line)",
                "not YAML, \(problem): check quotes and indentation")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { $0.description }.joined(separator: ", ")
            return SettingsError(
                .syntax, at: "\(path):\(context.mark.line)",
                "the key \(names) stands here twice: keep one")
        default:
            return SettingsError(.syntax, at: path, "not YAML: check that it is UTF-8 text")
        }
    }

    /// No settings file is larger than this; what is was named by mistake.
    private static let maxBytes = 1 << 20

    private static func read(_ path: String) throws(SettingsError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw SettingsError(
                .unreadable, at: path,
                "cannot be opened (\(String(cString: strerror(errno)))): "
                    + "name another file with --config or LLAVA_CONFIG")
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw SettingsError(
                    .unreadable, at: path,
                    "cannot be read (\(String(cString: strerror(errno)))): name a plain file")
            }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= maxBytes else {
                throw SettingsError(
                    .unreadable, at: path, "larger than \(maxBytes) bytes: name a settings file")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError(.syntax, at: path, "not UTF-8 text: save it as UTF-8")
        }
        return text
    }
}
