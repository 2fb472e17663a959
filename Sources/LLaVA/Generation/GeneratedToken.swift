/// One token of an answer.
public struct GeneratedToken: Sendable, Equatable {
    /// Its number in the vocabulary.
    public let id: TokenID
    /// The characters it completed; empty where a character needs further tokens.
    public let text: String
    /// The natural logarithm of its probability among the whole vocabulary, before temperature.
    public let logprob: Float

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - id: Its number in the vocabulary.
    ///   - text: The characters it completed.
    ///   - logprob: The natural logarithm of its probability.
    public init(id: TokenID, text: String, logprob: Float) {
        self.id = id
        self.text = text
        self.logprob = logprob
    }
}
