/// A question that was asked and the answer it got.
public struct ConversationTurn: Sendable, Equatable {
    /// What the user asked.
    public let question: String
    /// What the model answered.
    public let answer: String

    /// Makes a turn.
    ///
    /// - Parameters:
    ///   - question: What the user asked.
    ///   - answer: What the model answered.
    public init(question: String, answer: String) {
        self.question = question
        self.answer = answer
    }
}
