/// What became of a `put`.
///
/// A `put` whose reply was lost is simply sent again.
public enum PutOutcome: String, Sendable, Equatable {
    /// Stored; the claim goes on.
    case ok
    /// Stored, and the job is done.
    case done
    /// Stored, but the job is open again: a preset or a new state of the file came meanwhile,
    /// or answers are still missing.
    case more
    /// This very `put` was stored before: its reply was lost. Drop it.
    case already
    /// Another claim holds the job, or none: nothing was stored. Drop it.
    case stale
    /// Stored, and a person cancelled the job: stop. After a `put` that was not final, give
    /// the job back (`release`).
    case cancel
    /// The job's row was deleted: nothing was stored. Drop it.
    case gone
}
