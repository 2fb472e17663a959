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

    /// How many threads to compute with where nobody says: the machine's processors.
    static var defaultCount: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
