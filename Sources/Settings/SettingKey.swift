/// One row of the table of settings: everything there is to know about a key.
public struct SettingKey: Sendable {
    /// The key's full name, sections separated by dots: `workers.count`.
    public let name: String
    /// What values the key takes.
    public let kind: SettingKind
    /// The built-in value, written as it would stand in the file.
    public let defaultText: String
    /// What the key is for, in one sentence.
    public let sentence: String

    init(_ name: String, _ kind: SettingKind, default text: String, _ sentence: String) {
        self.name = name
        self.kind = kind
        self.defaultText = text
        self.sentence = sentence
    }

    /// The environment variable that overrides the key: `LLAVA_WORKERS_COUNT`.
    public var environmentVariable: String {
        "LLAVA_" + name.uppercased().replacing(".", with: "_")
    }
}
