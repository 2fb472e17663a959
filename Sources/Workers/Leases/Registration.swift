public import Storage

/// What a daemon says of itself when it registers.
public struct Registration: Sendable, Equatable {
    /// Which process on which machine.
    public let identity: DaemonIdentity
    /// The model's fingerprint, 64 hex digits.
    public let modelFingerprint: String
    /// The name people know the model by.
    public let modelName: String
    /// How many workers the daemon runs.
    public let workers: Int

    /// Makes a registration.
    ///
    /// - Parameters:
    ///   - identity: Which process on which machine.
    ///   - modelFingerprint: The model's fingerprint.
    ///   - modelName: The name people know the model by.
    ///   - workers: How many workers the daemon runs.
    public init(
        identity: DaemonIdentity, modelFingerprint: String, modelName: String, workers: Int
    ) {
        self.identity = identity
        self.modelFingerprint = modelFingerprint
        self.modelName = modelName
        self.workers = workers
    }
}
