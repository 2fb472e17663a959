/// Why one picture could not be described, and what is to be done about it.
public struct PipelineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The step that failed.
    public enum Stage: String, Sendable, Equatable {
        /// Reading or checking a preset.
        case preset
        /// Reading the file.
        case load
        /// Turning the file's bytes into pixels.
        case decode
        /// Encoding the picture for the model.
        case look
        /// Answering a question.
        case answer
    }

    /// What becomes of the job; the only part of the error that decides about retries.
    public enum Disposition: Sendable, Equatable {
        /// The same work may succeed later.
        case retry
        /// The same work fails again: there is no use in repeating it.
        case permanent
        /// Somebody asked for the work to stop.
        case cancelled
    }

    /// The step that failed.
    public let stage: Stage
    /// The kind of failure.
    public let kind: FailureClass
    /// One sentence: the rule, the value found, the remedy.
    public let message: String
    /// What becomes of the job.
    public let disposition: Disposition

    /// The kind of failure as the database and `--class` spell it.
    public var failureClass: String { kind.rawValue }

    /// The sentence a person reads.
    public var description: String { message }

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - stage: The step that failed.
    ///   - kind: The kind of failure.
    ///   - message: One sentence: the rule, the value found, the remedy.
    ///   - disposition: What becomes of the job.
    public init(
        _ stage: Stage, _ kind: FailureClass, _ message: String,
        disposition: Disposition = .permanent
    ) {
        self.stage = stage
        self.kind = kind
        self.message = message
        self.disposition = disposition
    }

    /// That the work on a picture was stopped.
    ///
    /// - Parameter path: The picture's path.
    /// - Returns: An error with the disposition `.cancelled`.
    public static func cancelled(_ path: String) -> PipelineError {
        PipelineError(
            .answer, .cancelled, "The work on '\(path)' was stopped before its end.",
            disposition: .cancelled)
    }
}
