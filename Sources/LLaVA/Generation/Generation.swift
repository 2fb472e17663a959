/// An answer.
public struct Generation: Sendable, Equatable {
    /// The text, without white space around it.
    public let text: String
    /// Why it ended.
    public let finishReason: FinishReason
    /// Positions the prompt took, the picture's included.
    public let promptTokens: Int
    /// Positions the picture took.
    public let imageTokens: Int
    /// What was generated, without the end token.
    public let tokens: [GeneratedToken]
    /// How long it took.
    public let timings: Timings

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - text: The text, without white space around it.
    ///   - finishReason: Why it ended.
    ///   - promptTokens: Positions the prompt took, the picture's included.
    ///   - imageTokens: Positions the picture took.
    ///   - tokens: What was generated, without the end token.
    ///   - timings: How long it took.
    public init(
        text: String, finishReason: FinishReason, promptTokens: Int, imageTokens: Int,
        tokens: [GeneratedToken], timings: Timings
    ) {
        self.text = text
        self.finishReason = finishReason
        self.promptTokens = promptTokens
        self.imageTokens = imageTokens
        self.tokens = tokens
        self.timings = timings
    }
}
