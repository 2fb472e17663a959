import Synchronization

/// Where a worker's thread writes down what it is doing and others read it.
final class WorkerSlot: Sendable {
    private struct Current {
        let job: Int64
        let path: String
        let since: ContinuousClock.Instant
        var answers = 0
    }

    private let current = Mutex<[Current]>([])
    /// Apart from the lock, because it grows once a token.
    private let progress = Atomic<UInt64>(0)

    func begin(_ job: Int64, path: String) {
        current.withLock { $0.append(Current(job: job, path: path, since: .now)) }
        tick()
    }

    func answered(_ job: Int64) {
        current.withLock { pictures in
            guard let index = pictures.firstIndex(where: { $0.job == job }) else { return }
            pictures[index].answers += 1
        }
        tick()
    }

    func tick() {
        progress.wrappingAdd(1, ordering: .relaxed)
    }

    func end(_ job: Int64) {
        current.withLock { pictures in
            guard let index = pictures.firstIndex(where: { $0.job == job }) else { return }
            pictures.remove(at: index)
        }
        tick()
    }

    func activity(of worker: Int) -> WorkerActivity {
        let (pictures, now) = (current.withLock { $0 }, ContinuousClock.now)
        return WorkerActivity(
            worker: worker,
            pictures: pictures.map {
                PictureActivity(
                    job: $0.job, path: $0.path, answers: $0.answers, elapsed: now - $0.since)
            },
            progress: progress.load(ordering: .relaxed))
    }
}
