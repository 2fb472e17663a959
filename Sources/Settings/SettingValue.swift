/// A checked value of a key.
enum SettingValue: Sendable, Equatable {
    case auto
    case text(String)
    case number(Int)
    case flag(Bool)
    case duration(Duration)
    case names([String])
    case folders([FolderSetting])

    /// Reads one scalar by the rules of its kind.
    ///
    /// - Parameters:
    ///   - text: The scalar as written.
    ///   - kind: The kind of the key it belongs to.
    ///   - base: The folder relative paths are taken from.
    /// - Returns: The value, or `nil` if it breaks the kind's rule.
    static func parse(_ text: String, as kind: SettingKind, base: String) -> SettingValue? {
        guard text.utf8.count <= 4096, !text.unicodeScalars.contains(where: isControl) else {
            return nil
        }
        switch kind {
        case .database: return isDatabase(text) ? .text(text) : nil
        case .path(let auto):
            if auto && text == "auto" { return .auto }
            return text.isEmpty ? nil : .text(PathText.absolute(text, base: base))
        case .text(let maxBytes):
            return (1...maxBytes).contains(text.utf8.count) ? .text(text) : nil
        case .choice(let words): return words.contains(text) ? .text(text) : nil
        case .number(let range, let auto):
            if auto && text == "auto" { return .auto }
            guard let number = Int(text), range.contains(number) else { return nil }
            return .number(number)
        case .bytes(let range, let auto):
            if auto && text == "auto" { return .auto }
            guard let count = ByteText.parse(text), range.contains(count) else { return nil }
            return .number(count)
        case .duration(let range):
            guard let time = DurationText.parse(text), range.contains(time) else { return nil }
            return .duration(time)
        case .flag:
            return switch text {
            case "true", "yes", "on": .flag(true)
            case "false", "no", "off": .flag(false)
            default: nil
            }
        case .names: return list(of: text.split(separator: ",").map(trimmed))
        case .folders:
            // The environment's form: paths joined by colons, as in PATH.
            let paths = text.split(separator: ":").map(String.init)
            return .folders(
                paths.map { FolderSetting(path: PathText.absolute($0, base: base)) })
        case .address:
            if text == "off" { return .auto }
            return isAddress(text) ? .text(text) : nil
        }
    }

    /// A list of short texts, or `nil` if there are too many, or an empty or long one.
    static func list(of texts: [String]) -> SettingValue? {
        let isValid =
            texts.count <= SettingKind.maxListCount
            && texts.allSatisfy { (1...255).contains($0.utf8.count) }
        return isValid ? .names(texts) : nil
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || scalar.value == 0x7f
    }

    private static func isDatabase(_ text: String) -> Bool {
        text == "embedded" || text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
            || text.contains("=")
    }

    private static func isAddress(_ text: String) -> Bool {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
            let port = Int(text[text.index(after: colon)...])
        else { return false }
        return (1...65535).contains(port)
    }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
