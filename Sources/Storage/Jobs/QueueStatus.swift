/// The state of the whole queue, for `status` and `top`.
public struct QueueStatus: Sendable, Equatable {
    /// Jobs by state.
    public let counts: StateCounts
    /// Dead jobs by failure class.
    public let failures: [String: Int]
    /// Jobs that became done in the last 60 seconds.
    public let doneLastMinute: Int
    /// Jobs that became done in the last 10 minutes.
    public let doneLastTenMinutes: Int
    /// Seconds since the oldest ready job was made; `nil` when none is ready.
    public let oldestReadySeconds: Double?
    /// Hosts paused; `*` stands for all.
    public let pausedHosts: [String]

    /// Jobs per hour, from the last ten minutes.
    public var jobsPerHour: Double { Double(doneLastTenMinutes) * 6 }

    /// Seconds until the open jobs are done at the present rate; `nil` when nothing moves.
    public var secondsLeft: Double? {
        guard doneLastTenMinutes > 0 else { return nil }
        return Double(counts.open) * 600 / Double(doneLastTenMinutes)
    }
}
