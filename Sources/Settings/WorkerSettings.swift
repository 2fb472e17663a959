/// How the work is spread over the machine; `nil` means that the machine decides.
public struct WorkerSettings: Sendable, Equatable {
    /// Engines that work on pictures.
    public var count: Int?
    /// Threads a worker computes with.
    public var threads: Int?
    /// Answers a worker writes side by side.
    public var batch: Int?
    /// Bytes for the key-value caches of all workers.
    public var memory: Int?
    /// Number format of the key-value cache, `f32`, `f16` or `int8`.
    public var kv: String?
    /// How long a stopping daemon goes on finishing what it has begun.
    public var drain: Duration
}
