/// Answers to store for one claimed job.
public struct JobAnswers: Sendable, Equatable {
    /// The job.
    public var job: Int64
    /// The claim's fence.
    public var fence: Int64
    /// What to store; an answer that is there already stays as it is.
    public var answers: [NewAnswer]
    /// Whether the worker is through with the job.
    public var isFinal: Bool

    /// Makes what is to be stored.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - fence: The claim's fence.
    ///   - answers: What to store.
    ///   - isFinal: Whether the worker is through with the job.
    public init(job: Int64, fence: Int64, answers: [NewAnswer], isFinal: Bool) {
        self.job = job
        self.fence = fence
        self.answers = answers
        self.isFinal = isFinal
    }
}
