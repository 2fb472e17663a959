public import Pipeline

/// What a worker thread reports about the picture it works on.
public enum WorkEvent: Sendable {
    /// A worker has taken the picture.
    case begun
    /// One more answer.
    case answer(DescribedAnswer)
    /// Every question is answered.
    case finished
    /// The work ended early.
    case failed(PipelineError)
}
