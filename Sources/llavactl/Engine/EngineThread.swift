import Glibc
import Threads

/// Runs what computes for long on a thread of its own, never on the cooperative pool.
enum EngineThread {
    /// Does something and waits for it without blocking.
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            _ = NamedThread("engine", stackBytes: 8 << 20) {
                continuation.resume(with: Swift.Result(catching: body))
            }
        }
    }

    /// How many threads to compute with where nobody says: those this process may run on.
    static var defaultCount: Int {
        var set = cpu_set_t()
        guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return 1 }
        let words = withUnsafeBytes(of: set) { $0.bindMemory(to: UInt64.self).map(\.self) }
        return max(1, words.reduce(0) { $0 + $1.nonzeroBitCount })
    }
}
