import Workers

/// Tells a daemon that works from one that hangs.
///
/// A timer that pings by itself proves only that the timer works; here a busy worker must also
/// have made a token, a layer or a step within `budget`.
struct ProgressMonitor {
    /// The longest a worker may be busy without any sign of progress.
    ///
    /// The slowest single step is a picture's way through a large vision tower on one core,
    /// minutes at worst.
    static let budget = Duration.seconds(600)

    private struct Seen {
        var progress: UInt64
        var since: Duration
    }

    private var seen: [Int: Seen] = [:]

    /// Looks at the workers.
    ///
    /// - Parameters:
    ///   - activity: What every worker is doing.
    ///   - now: The time on a clock that nobody sets.
    /// - Returns: The workers that hang.
    mutating func hanging(_ activity: [WorkerActivity], at now: Duration) -> [WorkerActivity] {
        activity.filter { worker in
            let last = seen[worker.worker]
            guard !worker.pictures.isEmpty, let last, last.progress == worker.progress else {
                seen[worker.worker] = Seen(progress: worker.progress, since: now)
                return false
            }
            return now - last.since > Self.budget
        }
    }
}
