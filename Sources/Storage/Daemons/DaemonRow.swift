public import FoundationEssentials

/// A daemon known to the database.
public struct DaemonRow: Sendable, Equatable {
    /// The number the database gave this start of the daemon.
    public let epoch: Int64
    /// Process and machine.
    public let identity: DaemonIdentity
    /// The model it describes with.
    public let modelName: String
    /// The model's fingerprint.
    public let modelFingerprint: String
    /// How many workers it runs.
    public let workers: Int
    /// Its heartbeat counter.
    public let beat: Int64
    /// Seconds since its last heartbeat, by the server's clock.
    public let secondsSinceBeat: Double
    /// Whether it is written off.
    public let isDead: Bool
    /// When it registered.
    public let startedAt: Date
    /// How many jobs it has now.
    public let running: Int
    /// What it said of itself with its last heartbeat, as JSON text.
    public let status: String?
}
