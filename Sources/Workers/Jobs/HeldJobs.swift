import Synchronization

/// The jobs this daemon has claimed and not yet ended, and the flags that stop them.
///
/// The lease keeper reads it on every beat; lanes add and remove.
public final class HeldJobs: Sendable {
    private struct Held {
        let fence: Int64
        let stop: StopFlag
    }

    private struct State {
        var jobs: [Int64: Held] = [:]
        /// Set for good once the daemon aborts: a claim that returns after that stops at once.
        var everything: StopFlag.Reason?
    }

    private let state = Mutex(State())

    /// Makes an empty registry.
    public init() {}

    /// Adds a claim.
    func hold(_ job: Int64, fence: Int64) -> StopFlag {
        let stop = StopFlag()
        state.withLock { state in
            state.jobs[job] = Held(fence: fence, stop: stop)
            if let reason = state.everything { stop.stop(reason) }
        }
        return stop
    }

    /// Removes a claim; a newer claim of the same job stays.
    func letGo(_ job: Int64, fence: Int64) {
        state.withLock { state in
            if state.jobs[job]?.fence == fence { state.jobs[job] = nil }
        }
    }

    /// The jobs held.
    public var ids: [Int64] { state.withLock { $0.jobs.keys.sorted() } }

    /// Stops the named jobs, as far as they are held.
    func stop(_ jobs: [Int64], _ reason: StopFlag.Reason) {
        state.withLock { state in
            for job in jobs { state.jobs[job]?.stop.stop(reason) }
        }
    }

    /// Stops every job held now.
    func stopAll(_ reason: StopFlag.Reason) {
        state.withLock { state in
            for held in state.jobs.values { held.stop.stop(reason) }
        }
    }

    /// Stops every job held now or claimed later.
    func stopForGood(_ reason: StopFlag.Reason) {
        state.withLock { state in
            state.everything = reason
            for held in state.jobs.values { held.stop.stop(reason) }
        }
    }
}
