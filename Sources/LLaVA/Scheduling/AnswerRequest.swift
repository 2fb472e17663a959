/// A question to be answered side by side with others.
public struct AnswerRequest: Sendable {
    /// The question as a user typed it; control tokens in it are plain text.
    public let question: String
    /// How to answer; the template's stop strings are added to its own.
    public let options: GenerationOptions

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - question: The question.
    ///   - options: How to answer.
    public init(question: String, options: GenerationOptions) {
        self.question = question
        self.options = options
    }
}
