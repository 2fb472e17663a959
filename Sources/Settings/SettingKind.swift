/// The kinds of values a key can take, with their ranges.
public enum SettingKind: Sendable, Equatable {
    /// `embedded`, or a libpq connection string.
    case database
    /// A path; a relative one is taken from where it was written. `auto` where allowed.
    case path(auto: Bool)
    /// A short text without control characters.
    case text(maxBytes: Int)
    /// One of these words.
    case choice([String])
    /// A whole number in a range; `auto` where allowed.
    case number(ClosedRange<Int>, auto: Bool)
    /// A number of bytes in a range, with an optional KiB, MiB or GiB; `auto` where allowed.
    case bytes(ClosedRange<Int>, auto: Bool)
    /// A time with its unit: ms, s, m, h or d.
    case duration(ClosedRange<Duration>)
    /// `true` or `false`.
    case flag
    /// A list of short texts.
    case names
    /// A list of folders with their own rules.
    case folders
    /// `off`, or HOST:PORT.
    case address

    /// What a valid value looks like, as the end of an error message.
    public var rule: String {
        switch self {
        case .database:
            "give 'embedded', a postgresql:// address or a 'host=... dbname=...' string"
        case .path(let auto): auto ? "give a path, or auto" : "give a path"
        case .text(let maxBytes): "give a text of 1 to \(maxBytes) bytes"
        case .choice(let words): "give one of \(words.joined(separator: ", "))"
        case .number(let range, let auto):
            "give a whole number from \(range.lowerBound) to \(range.upperBound)"
                + (auto ? ", or auto" : "")
        case .bytes(let range, let auto):
            "give a size from \(ByteText.describe(range.lowerBound))"
                + " to \(ByteText.describe(range.upperBound)), such as 64MiB"
                + (auto ? ", or auto" : "")
        case .duration(let range):
            "give a time from \(DurationText.describe(range.lowerBound))"
                + " to \(DurationText.describe(range.upperBound)), such as 500ms, 2s or 10m"
        case .flag: "give true or false"
        case .names: "give a list of up to \(Self.maxListCount) short texts"
        case .folders:
            "give a list of paths, or of mappings with path, presets, include and exclude"
        case .address: "give HOST:PORT, such as 127.0.0.1:9464, or off"
        }
    }

    /// The most entries a list may have; bounds what a damaged file can make us hold.
    static let maxListCount = 1000

    /// Whether the value is written as a YAML list.
    var isList: Bool { self == .names || self == .folders }
}
