/// Where a job stands: the text in `llava.job.state`.
public enum JobState: String, Sendable, CaseIterable, Codable {
    /// May be claimed now.
    case ready
    /// Failed for a reason that may pass; becomes ready at `run_at`.
    case waiting
    /// Claimed by a daemon.
    case running
    /// Every answer it wanted is stored.
    case done
    /// Given up, with a failure class and a sentence.
    case dead
    /// Withdrawn by a person.
    case cancelled
}
