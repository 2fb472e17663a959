/// A picture and what is asked about it, as a scheduler takes it.
///
/// The closures are called on the scheduler's thread, between the steps of other pictures' answers:
/// they must not take long.
public struct PictureTask {
    /// How the work on a picture ended.
    public enum End: Sendable {
        /// Every question is answered.
        case complete
        /// `isCancelled` said so.
        case cancelled
        /// A question that does not fit, or a model that computes nonsense.
        case failed(EngineError)
    }

    /// What the model's preprocessor made of the picture; `nil` for questions about text alone.
    public let views: ImageViews?
    /// How long that took, in milliseconds; reported with the first answer.
    public let preprocessMS: Double
    /// The questions.
    public let requests: [AnswerRequest]
    /// Asked once a layer of the picture's prompt and once a step of its answers; once true, the
    /// work on this picture ends.
    public let isCancelled: () -> Bool
    /// Receives each answer as it is complete, with its question's number.
    public let onAnswer: (_ number: Int, _ answer: Generation) -> Void
    /// Called once, after the last answer.
    public let onEnd: (End) -> Void

    /// Makes a task.
    ///
    /// - Parameters:
    ///   - views: What the model's preprocessor made of the picture, if there is one.
    ///   - preprocessMS: How long that took, in milliseconds.
    ///   - requests: The questions.
    ///   - isCancelled: Whether the work is to end.
    ///   - onAnswer: Receives each answer with its question's number.
    ///   - onEnd: Called once, after the last answer.
    public init(
        views: ImageViews?, preprocessMS: Double = 0, requests: [AnswerRequest],
        isCancelled: @escaping () -> Bool = { false },
        onAnswer: @escaping (_ number: Int, _ answer: Generation) -> Void,
        onEnd: @escaping (End) -> Void
    ) {
        self.views = views
        self.preprocessMS = preprocessMS
        self.requests = requests
        self.isCancelled = isCancelled
        self.onAnswer = onAnswer
        self.onEnd = onEnd
    }
}
