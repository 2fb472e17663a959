/// One answer to store.
public struct NewAnswer: Sendable, Equatable {
    /// The preset version the question belongs to.
    public var presetID: Int32
    /// The question's name within the preset.
    public var question: String
    /// The answer as the model wrote it.
    public var answer: String
    /// The parsed answer as JSON text, where the question has a format.
    public var data: String?
    /// How sure the model was, 0 to 1.
    public var confidence: Float?
    /// Why the model stopped: `stop`, `length` or `cancelled`.
    public var finishReason: String
    /// How many tokens were generated.
    public var tokens: Int
    /// How long the answer took in milliseconds.
    public var durationMS: Int

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - presetID: The preset version the question belongs to.
    ///   - question: The question's name within the preset.
    ///   - answer: The answer as the model wrote it.
    ///   - data: The parsed answer as JSON text, if any.
    ///   - confidence: How sure the model was, 0 to 1.
    ///   - finishReason: Why the model stopped.
    ///   - tokens: How many tokens were generated.
    ///   - durationMS: How long it took in milliseconds.
    public init(
        presetID: Int32, question: String, answer: String, data: String? = nil,
        confidence: Float? = nil, finishReason: String = "stop", tokens: Int = 0,
        durationMS: Int = 0
    ) {
        self.presetID = presetID
        self.question = question
        self.answer = answer
        self.data = data
        self.confidence = confidence
        self.finishReason = finishReason
        self.tokens = tokens
        self.durationMS = durationMS
    }
}
