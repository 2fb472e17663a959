import Logging
import Storage

/// Takes jobs back from daemons that died, and makes waiting jobs ready when their time comes.
///
/// Every daemon sweeps; there is no leader whose death would have to be noticed first.
struct Sweeper: Sendable {
    static let interval = Duration.seconds(5)

    let database: Database
    let identity: DaemonIdentity
    /// News that makes a look at the queue worthwhile.
    let wake: @Sendable () -> Void
    let clock: any Clock<Duration>
    let logger: Logger

    /// Sweeps until cancelled.
    func run() async {
        var observations = BeatObservations()
        let start = ContinuousClock.now
        while !Task.isCancelled {
            do throws(StorageError) {
                try await sweep(&observations, at: ContinuousClock.now - start)
            } catch {
                if error.kind == .closed { return }
                // The database was away, so silence proves nothing about other daemons.
                observations.reset()
                logger.warning("could not look for dead daemons: \(error)")
            }
            // Spread, so that daemons started together do not sweep together for ever.
            try? await clock.sleep(for: Self.interval * Double.random(in: 0.8...1.2))
        }
    }

    /// One sweep.
    ///
    /// - Parameters:
    ///   - observations: What was seen before.
    ///   - now: The time on a clock of this process that nobody sets.
    /// - Throws: `StorageError`.
    func sweep(
        _ observations: inout BeatObservations, at now: Duration
    ) async throws(StorageError) {
        // Daemons of this machine need no waiting: their process is gone or it is not.
        let gone = try await database.retireLocalDead(identity)
        let beats = try await database.observeBeats()
        let silent = observations.observe(
            Dictionary(beats.map { ($0.epoch, $0.beat) }, uniquingKeysWith: { first, _ in first }),
            at: now)
        let rescued = try await database.sweep(
            silent: silent.map { ObservedBeat(epoch: $0.key, beat: $0.value) })
        guard gone + rescued > 0 else { return }
        logger.notice("\(gone + rescued) jobs were taken back from daemons that died or hung")
        wake()
    }
}
