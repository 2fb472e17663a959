import Synchronization

/// Where a worker's thread writes down what it is doing and others read it.
final class WorkerSlot: Sendable {
    private struct Current {
        let job: Int64
        let path: String
        let since: ContinuousClock.Instant
        var answers = 0
    }

    private let current = Mutex<Current?>(nil)
    /// Apart from the lock, because it grows once a token.
    private let progress = Atomic<UInt64>(0)

    func begin(_ job: Int64, path: String) {
        current.withLock { $0 = Current(job: job, path: path, since: .now) }
        tick()
    }

    func answered() {
        current.withLock { $0?.answers += 1 }
        tick()
    }

    func tick() {
        progress.wrappingAdd(1, ordering: .relaxed)
    }

    func end() {
        current.withLock { $0 = nil }
        tick()
    }

    func activity(of worker: Int) -> WorkerActivity {
        let now = current.withLock { $0 }
        return WorkerActivity(
            worker: worker, job: now?.job, path: now?.path, answers: now?.answers ?? 0,
            progress: progress.load(ordering: .relaxed),
            elapsed: now.map { ContinuousClock.now - $0.since })
    }
}
