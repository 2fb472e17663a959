/// How often failed jobs are tried.
public struct RetrySettings: Sendable, Equatable {
    /// Attempts in all, after failures that may pass.
    public var maxAttempts: Int
    /// Crashes of a worker before the job is given up.
    public var maxCrashes: Int
}
