public import Logging
public import Pipeline
public import Storage

/// A daemon's whole work: it claims, describes, stores, watches folders, keeps its lease and
/// sweeps up after others.
///
/// It ends in steps: `drain` finishes what is claimed, `abort` stops it between two tokens and
/// gives it back, `abandon` no longer waits for the database.
public final class DescribingService: Sendable {
    /// What the service is to do.
    public struct Plan: Sendable {
        /// What the daemon says of itself.
        public var registration: Registration
        /// Reads files within limits.
        public var loader: ImageLoader
        /// After how many attempts a job that may be retried is given up.
        public var maxAttempts: Int
        /// Whether jobs are claimed at all.
        public var claimsJobs: Bool
        /// Which folders are watched.
        public var folders: FolderRules

        /// Makes a plan.
        ///
        /// - Parameters:
        ///   - registration: What the daemon says of itself.
        ///   - loader: Reads files within limits.
        ///   - maxAttempts: After how many attempts a job that may be retried is given up.
        ///   - claimsJobs: Whether jobs are claimed at all.
        ///   - folders: Which folders are watched.
        public init(
            registration: Registration, loader: ImageLoader, maxAttempts: Int = 5,
            claimsJobs: Bool = true, folders: FolderRules = FolderRules()
        ) {
            self.registration = registration
            self.loader = loader
            self.maxAttempts = maxAttempts
            self.claimsJobs = claimsJobs
            self.folders = folders
        }
    }

    private let plan: Plan
    private let connections: Connections
    private let workers: WorkerGroup
    private let logger: Logger
    private let lease: Lease
    private let held: HeldJobs
    private let dispatcher: Dispatcher
    private let folders: FolderSource
    private let keeper: LeaseKeeper
    private let sweeper: Sweeper
    private let listener: NotificationListener

    /// Each connection has a thread of its own, so that none waits for another.
    private struct Connections: Sendable {
        let jobs: Database
        let beats: Database
        let housekeeping: Database

        func close() async {
            await jobs.close()
            await beats.close()
            await housekeeping.close()
        }
    }

    private init(
        _ plan: Plan, connections: Connections, location: DatabaseLocation, workers: WorkerGroup,
        logger: Logger
    ) {
        let clock = ContinuousClock()
        let (lease, held) = (Lease(), HeldJobs())
        let dispatcher = Dispatcher(
            store: connections.jobs, workers: workers, loader: plan.loader, lease: lease,
            held: held, maxAttempts: plan.maxAttempts, logger: logger, clock: clock)
        self.plan = plan
        self.connections = connections
        self.workers = workers
        self.logger = logger
        self.lease = lease
        self.held = held
        self.dispatcher = dispatcher
        folders = FolderSource(
            database: connections.housekeeping, rules: plan.folders, clock: clock,
            logger: logger)
        keeper = LeaseKeeper(
            database: connections.beats, registration: plan.registration, lease: lease,
            held: held,
            status: {
                Self.state(lease, held, dispatcher.counters, workers).json
            },
            wake: { dispatcher.wake() }, clock: clock, logger: logger,
            hurry: Wakeup(clock: clock))
        sweeper = Sweeper(
            database: connections.housekeeping, identity: plan.registration.identity,
            wake: { dispatcher.wake() }, clock: clock, logger: logger)
        listener = NotificationListener(
            location,
            channels: [NotificationListener.jobChannel, NotificationListener.controlChannel])
    }

    /// Connects and registers the daemon; jobs of dead daemons of this machine are taken back.
    ///
    /// - Parameters:
    ///   - plan: What to do.
    ///   - location: Where the database is; its schema must be up to date.
    ///   - workers: The started threads that describe.
    ///   - logger: Where to log.
    /// - Returns: A service that `run` starts.
    /// - Throws: `StorageError`.
    public static func open(
        _ plan: Plan, at location: DatabaseLocation, workers: WorkerGroup, logger: Logger
    ) async throws(StorageError) -> DescribingService {
        let connections = Connections(
            jobs: try await Database.open(location, applicationName: "llavad jobs"),
            beats: try await Database.open(location, applicationName: "llavad beats"),
            housekeeping: try await Database.open(
                location, applicationName: "llavad housekeeping"))
        let service = DescribingService(
            plan, connections: connections, location: location, workers: workers, logger: logger)
        let taken = try await connections.housekeeping.retireLocalDead(plan.registration.identity)
        if taken > 0 {
            logger.notice("\(taken) jobs were taken back from a daemon that died on this machine")
        }
        try await service.keeper.register()
        return service
    }

    /// Works until drained, then gives everything back and disconnects.
    public func run() async {
        let helpers = Task { await runHelpers() }
        if plan.claimsJobs {
            await dispatcher.run()
        } else {
            await dispatcher.waitForDrain()
        }
        helpers.cancel()
        listener.stop()
        await helpers.value
        if let epoch = lease.epoch {
            do throws(StorageError) {
                let released = try await connections.housekeeping.unregisterDaemon(epoch: epoch)
                if released > 0 { logger.notice("\(released) jobs were released") }
            } catch {
                logger.warning("daemon \(epoch) could not sign off: \(error)")
            }
        }
        await connections.close()
    }

    /// Everything beside the jobs themselves, until cancelled.
    private func runHelpers() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.keeper.run() }
            group.addTask { await self.sweeper.run() }
            group.addTask { await self.folders.run() }
            group.addTask { await self.hearNews() }
        }
    }

    /// What the database announces; a hint only, everything also looks by itself.
    private func hearNews() async {
        for await event in listener.events {
            switch event {
            case .listening:
                dispatcher.wake()
                await folders.look()
            case .notified(NotificationListener.controlChannel):
                await keeper.hurry.signal()
                await folders.look()
            case .notified:
                dispatcher.wake()
            case .lost(let error):
                logger.warning("no news from the database until it is back: \(error)")
            }
        }
    }

    /// Takes new rules for watched folders.
    ///
    /// - Parameter rules: The rules.
    public func apply(_ rules: FolderRules) async {
        await folders.apply(rules)
    }

    /// Claims and watches no more; `run` returns once the claimed jobs have ended.
    public func drain() async {
        await stopTakingIn()
        await dispatcher.drain()
    }

    /// Stops the claimed jobs between two tokens and gives them back.
    public func abort() async {
        await stopTakingIn()
        await dispatcher.abort()
    }

    /// Also stops waiting for a database that does not answer.
    public func abandon() async {
        await stopTakingIn()
        await dispatcher.abandon()
    }

    private func stopTakingIn() async {
        lease.drain()
        await folders.end()
    }

    /// What the daemon is doing.
    public var state: ServiceState {
        Self.state(lease, held, dispatcher.counters, workers)
    }

    private static func state(
        _ lease: Lease, _ held: HeldJobs, _ counters: WorkCounters, _ workers: WorkerGroup
    ) -> ServiceState {
        ServiceState(
            epoch: lease.epoch,
            phase: lease.isDraining ? "draining" : lease.isPaused ? "paused" : "running",
            secondsSinceBeat: lease.age.map { $0 / .seconds(1) }, counts: counters.counts,
            picturesPerHour: counters.picturesPerHour, tokensPerSecond: counters.tokensPerSecond,
            held: held.ids, workers: workers.activity)
    }
}
