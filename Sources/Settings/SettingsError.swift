/// A setting that cannot be used, and what to write instead; the exit code for it is 78.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// The file cannot be opened or read.
        case unreadable
        /// The file is not YAML.
        case syntax
        /// There is no such key.
        case unknownKey
        /// The value breaks the key's rule.
        case badValue
        /// The model cannot be told from the settings.
        case noModel
    }

    /// What is wrong.
    public let kind: Kind
    /// Where it stands: `FILE`, `FILE:LINE` or the name of an environment variable.
    public let place: String
    /// The value found, the rule it breaks and what to do, in one sentence.
    public let message: String

    /// Describes what is wrong with a setting.
    ///
    /// - Parameters:
    ///   - kind: What is wrong.
    ///   - place: `FILE`, `FILE:LINE` or an environment variable.
    ///   - message: The value found, the rule and the remedy.
    public init(_ kind: Kind, at place: String, _ message: String) {
        self.kind = kind
        self.place = place
        self.message = message
    }

    /// The place and the message.
    public var description: String { "\(place): \(message)" }
}
