/// How the work is spread over the machine; `nil` means that the machine decides.
public struct WorkerSettings: Sendable, Equatable {
    /// Pictures worked on at the same time.
    public var count: Int?
    /// Threads a worker computes with.
    public var threads: Int?
    /// Questions a worker answers side by side.
    public var batch: Int?
    /// Number format of the key-value cache, `f32` or `f16`.
    public var kv: String?
    /// How long a stopping daemon goes on finishing what it has begun.
    public var drain: Duration
}
