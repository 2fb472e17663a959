/// One answer of the model about one picture.
public struct DescribedAnswer: Sendable, Equatable {
    /// The preset the question belongs to.
    public let preset: String
    /// The preset's version.
    public let presetVersion: Int
    /// The question's name.
    public let question: String
    /// What the model said, without white space around it.
    public let text: String
    /// What it said as JSON, where the question asks for data and the words are of that form.
    public let data: String?
    /// The geometric mean of the tokens' probabilities, 0 to 1; `nil` for an answer of no tokens.
    public let confidence: Float?
    /// Why the answer ends: `stop`, `length` or `repetition`.
    public let finishReason: String
    /// How many tokens were made.
    public let tokens: Int
    /// Milliseconds spent; a picture's first answer carries its decoding and encoding.
    public let durationMS: Int

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - preset: The preset the question belongs to.
    ///   - presetVersion: The preset's version.
    ///   - question: The question's name.
    ///   - text: What the model said.
    ///   - data: What it said as JSON.
    ///   - confidence: The geometric mean of the tokens' probabilities.
    ///   - finishReason: Why the answer ends.
    ///   - tokens: How many tokens were made.
    ///   - durationMS: Milliseconds spent.
    public init(
        preset: String, presetVersion: Int, question: String, text: String, data: String? = nil,
        confidence: Float?, finishReason: String, tokens: Int, durationMS: Int
    ) {
        self.preset = preset
        self.presetVersion = presetVersion
        self.question = question
        self.text = text
        self.data = data
        self.confidence = confidence
        self.finishReason = finishReason
        self.tokens = tokens
        self.durationMS = durationMS
    }
}
