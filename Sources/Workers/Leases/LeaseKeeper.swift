import Logging
import Storage

/// Tells the database every 5 s that this daemon lives and which jobs it holds, and obeys the
/// reply: stops cancelled jobs, and starts anew under another epoch once written off.
///
/// It has a connection, and with it a thread, of its own: no slow statement of another part may
/// delay a beat. Waiting between beats happens on the cooperative pool, which nothing in this
/// program computes on.
struct LeaseKeeper: Sendable {
    static let interval = Duration.seconds(5)
    /// Beats that are hurried keep this distance, because the server counts beats to tell that
    /// the reply to a claim was lost.
    private static let shortest = Duration.seconds(1)

    let database: Database
    let registration: Registration
    let lease: Lease
    let held: HeldJobs
    /// What the daemon wants shown of itself, as JSON.
    let status: @Sendable () -> String
    /// News that makes a look at the queue worthwhile.
    let wake: @Sendable () -> Void
    let clock: any Clock<Duration>
    let logger: Logger
    /// Where a hint that something people steer by changed ends the wait.
    let hurry: Wakeup

    /// Makes the daemon known, at the start.
    func register() async throws(StorageError) {
        let began = ContinuousClock.now
        let epoch = try await database.registerDaemon(
            registration.identity, modelFingerprint: registration.modelFingerprint,
            modelName: registration.modelName, workers: registration.workers)
        lease.register(epoch: epoch, began: began)
        logger.info("registered as daemon \(epoch)")
    }

    /// Beats until cancelled.
    func run() async {
        var backoff = Backoff()
        while !Task.isCancelled {
            do throws(StorageError) {
                try await beat()
                backoff.reset()
                try? await clock.sleep(for: Self.shortest)
                await hurry.wait(atMost: Self.interval - Self.shortest)
            } catch {
                if error.kind == .closed { return }
                logger.warning("no heartbeat: \(error)")
                try? await clock.sleep(for: min(backoff.delay(), Self.interval))
            }
        }
    }

    /// One beat.
    func beat() async throws(StorageError) {
        guard let epoch = lease.epoch else { return try await register() }
        // The beat counts from its start: what the server saw may be as old as that.
        let began = ContinuousClock.now
        let beat = try await database.beat(epoch: epoch, held: held.ids, status: status())
        guard beat.isAlive else {
            logger.error(
                "daemon \(epoch) was written off: its jobs are aborted and it registers anew")
            lease.lose()
            held.stopAll(.lost)
            return try await register()
        }
        let wasPaused = lease.isPaused
        lease.renew(began: began, isPaused: beat.isPaused)
        held.stop(beat.cancelled, .cancelled)
        if beat.handedBack > 0 {
            logger.notice("\(beat.handedBack) jobs whose claim was lost were handed back")
        }
        if wasPaused != beat.isPaused {
            logger.notice(beat.isPaused ? "paused: no jobs are claimed" : "resumed")
            wake()
        }
    }
}
