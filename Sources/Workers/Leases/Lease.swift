import Synchronization

/// This daemon's right to claim jobs: its epoch, and how fresh its last good beat is.
public final class Lease: Sendable {
    /// A beat that began longer ago than this no longer allows claims: another daemon may be
    /// about to write this one off, 10 s before the 30 s it needs.
    static let trusted = Duration.seconds(20)

    private struct State {
        var epoch: Int64?
        /// On `ContinuousClock`, which goes on while the machine sleeps, as others' clocks do.
        var lastBeat: ContinuousClock.Instant?
        var isPaused = false
        var isDraining = false
    }

    private let state = Mutex(State())

    /// Makes a lease that allows nothing yet.
    public init() {}

    /// The epoch under which jobs may be claimed now; `nil` means wait.
    public var claimableEpoch: Int64? { claimableEpoch(at: .now) }

    func claimableEpoch(at now: ContinuousClock.Instant) -> Int64? {
        state.withLock { state in
            guard let epoch = state.epoch, let beat = state.lastBeat, !state.isPaused,
                !state.isDraining, now - beat < Self.trusted
            else { return nil }
            return epoch
        }
    }

    /// The epoch, fresh or not.
    public var epoch: Int64? { state.withLock { $0.epoch } }

    /// Whether a person paused this host.
    public var isPaused: Bool { state.withLock { $0.isPaused } }

    /// Whether the daemon is on its way out.
    public var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Time since the last good beat began; `nil` before the first.
    public var age: Duration? {
        state.withLock { $0.lastBeat }.map { ContinuousClock.now - $0 }
    }

    func register(epoch: Int64, began: ContinuousClock.Instant) {
        state.withLock {
            $0.epoch = epoch
            $0.lastBeat = began
        }
    }

    func renew(began: ContinuousClock.Instant, isPaused: Bool) {
        state.withLock {
            $0.lastBeat = began
            $0.isPaused = isPaused
        }
    }

    /// Allows no claims any more.
    func drain() {
        state.withLock { $0.isDraining = true }
    }

    func lose() {
        state.withLock {
            $0.epoch = nil
            $0.lastBeat = nil
        }
    }
}
