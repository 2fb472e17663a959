/// The questions of one preset that a picture still lacks answers to.
public struct MissingAnswers: Sendable, Equatable {
    /// The preset version.
    public let presetID: Int32
    /// The names of the unanswered questions, in the preset's order; never empty.
    public let questions: [String]

    /// Makes the list.
    ///
    /// - Parameters:
    ///   - presetID: The preset version.
    ///   - questions: The names of the unanswered questions.
    public init(presetID: Int32, questions: [String]) {
        self.presetID = presetID
        self.questions = questions
    }
}
