public import FoundationEssentials

/// A row of `llava.job` as a person sees it.
public struct JobRow: Sendable, Equatable {
    /// The job.
    public let id: Int64
    /// The picture's path.
    public let path: String
    /// The names of the presets wanted; empty means the default preset.
    public let presets: [String]
    /// Smaller runs first; 100 unless told.
    public let priority: Int
    /// Where the job stands.
    public let state: JobState
    /// Claims since the job was last opened.
    public let attempts: Int
    /// Worker deaths over this job since its last stored answer.
    public let crashes: Int
    /// Why it failed last, as one of the failure classes.
    public let failureClass: String?
    /// Why it failed last, as a sentence.
    public let lastError: String?
    /// When the row was made.
    public let createdAt: Date
    /// When it last became done, dead or cancelled.
    public let finishedAt: Date?
    /// When it was last claimed.
    public let claimedAt: Date?
    /// When a waiting job becomes ready.
    public let runAt: Date
    /// The number of the last claim.
    public let fence: Int64
    /// The epoch of the daemon that has it, while it runs.
    public let owner: Int64?
    /// Whether a person asked to cancel it while it runs.
    public let isCancelRequested: Bool
    /// The SHA-256 of the picture's bytes as 64 hex digits, once read.
    public let sha256: String?
    /// The file's size in bytes when last seen.
    public let size: Int64?
}
