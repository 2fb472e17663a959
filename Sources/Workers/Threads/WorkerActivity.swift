/// What one worker is doing, for the state dump and the watchdog.
public struct WorkerActivity: Sendable, Equatable {
    /// The worker's number, from 0.
    public let worker: Int
    /// The job it works on; `nil` while it waits.
    public let job: Int64?
    /// The file it works on.
    public let path: String?
    /// Answers given for this picture so far.
    public let answers: Int
    /// Grows with every token and every step; standing still means a hang.
    public let progress: UInt64
    /// How long it has been on this picture.
    public let elapsed: Duration?
}
