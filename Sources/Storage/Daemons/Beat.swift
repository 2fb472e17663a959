/// The database's reply to a heartbeat.
public struct Beat: Sendable, Equatable {
    /// Whether this daemon still counts; if not, abort all jobs and register anew.
    public let isAlive: Bool
    /// Jobs claimed for us that we do not hold (the claim's reply was lost), now ready again.
    public let handedBack: Int
    /// Jobs of ours that a person cancelled.
    public let cancelled: [Int64]
    /// Whether this host, or all hosts, are paused: claims return nothing.
    public let isPaused: Bool
}
