/// One thing a preset asks about every picture.
public struct Question: Codable, Sendable, Equatable {
    /// What the answer's text is meant to be; anything but `text` also fills the answer's `data`.
    public enum Format: String, Codable, Sendable, Equatable, CaseIterable {
        /// Prose: `data` stays empty.
        case text
        /// A JSON document.
        case json
        /// A number.
        case number
        /// Yes or no, as `true` or `false`.
        case yesno
    }

    /// The most tokens an answer may have when its question does not say.
    public static let defaultMaxTokens = 256

    /// The question's name, unique in its preset: `[a-z0-9_-]`, 1 to 64 characters.
    public let name: String
    /// What the model is asked, without any template text.
    public let prompt: String
    /// The most tokens of the answer; `defaultMaxTokens` where none is given.
    public let maxTokens: Int?
    /// What the answer's text is meant to be.
    public let format: Format
    /// A JSON schema the answer's data must satisfy, for the format `json` only.
    public let schema: JSONValue?

    /// The most tokens of the answer.
    public var tokenLimit: Int { maxTokens ?? Self.defaultMaxTokens }

    /// Makes a question; `Preset.validate` checks it.
    ///
    /// - Parameters:
    ///   - name: The question's name.
    ///   - prompt: What the model is asked.
    ///   - maxTokens: The most tokens of the answer.
    ///   - format: What the answer's text is meant to be.
    ///   - schema: A JSON schema for the answer's data.
    public init(
        name: String, prompt: String, maxTokens: Int? = nil, format: Format = .text,
        schema: JSONValue? = nil
    ) {
        self.name = name
        self.prompt = prompt
        self.maxTokens = maxTokens
        self.format = format
        self.schema = schema
    }

    private enum CodingKeys: String, CodingKey {
        case name, prompt, format, schema
        case maxTokens = "max_tokens"
    }

    /// Reads a question of a preset's stored body.
    ///
    /// - Parameter decoder: Where to read from.
    /// - Throws: `DecodingError` if a key is missing or of another type.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        prompt = try container.decode(String.self, forKey: .prompt)
        maxTokens = try container.decodeIfPresent(Int.self, forKey: .maxTokens)
        format = try container.decodeIfPresent(Format.self, forKey: .format) ?? .text
        schema = try container.decodeIfPresent(JSONValue.self, forKey: .schema)
    }
}
