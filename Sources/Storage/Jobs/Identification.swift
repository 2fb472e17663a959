/// The database's reply once the bytes of a job's picture are known.
public enum Identification: Sendable, Equatable {
    /// What remains to be answered; empty means: finish with an empty final `put`.
    case missing([MissingAnswers])
    /// Another claim holds the job now: stop working on it, write nothing.
    case stale
    /// A person cancelled the job: give it back (`release`), which makes it cancelled.
    case cancelled
    /// The job's row was deleted.
    case gone
}
