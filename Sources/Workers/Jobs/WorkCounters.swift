import Synchronization

/// What this daemon has done since its start, for status lines.
public final class WorkCounters: Sendable {
    /// The counts at one moment.
    public struct Counts: Sendable, Equatable, Encodable {
        /// Jobs whose last answer was stored.
        public internal(set) var done = 0
        /// Jobs given back to be tried again.
        public internal(set) var retried = 0
        /// Jobs given up.
        public internal(set) var dead = 0
        /// Jobs given back because the daemon stopped.
        public internal(set) var released = 0
        /// Pictures whose answers all stood in the database already.
        public internal(set) var known = 0
    }

    private struct State {
        var counts = Counts()
        var rates: ProgressRates
    }

    private let state: Mutex<State>
    private let start = ContinuousClock.now

    /// Starts counting.
    public init() {
        state = Mutex(State(rates: ProgressRates(startingAt: .zero)))
    }

    /// The counts now.
    public var counts: Counts { state.withLock { $0.counts } }

    /// Pictures an hour over the last minutes.
    public var picturesPerHour: Double {
        state.withLock { $0.rates.picturesPerHour(at: ContinuousClock.now - start) }
    }

    /// Tokens a second over the last minutes.
    public var tokensPerSecond: Double {
        state.withLock { $0.rates.tokensPerSecond(at: ContinuousClock.now - start) }
    }

    func count(_ key: WritableKeyPath<Counts, Int>) {
        state.withLock { $0.counts[keyPath: key] += 1 }
    }

    func finished(tokens: Int) {
        state.withLock {
            $0.counts.done += 1
            $0.rates.add(tokens: tokens, at: ContinuousClock.now - start)
        }
    }
}
