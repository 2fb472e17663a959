public import Logging
public import Pipeline
import Storage

/// Claims jobs for the workers and sees each one through, from file to stored answers.
///
/// There is a lane for each picture that the workers have room for, and a few more: while all of
/// them compute, the next pictures are read and made ready. No more jobs than these few are claimed
/// before workers have taken those claimed earlier (`ClaimPace`): what is claimed beyond that would
/// be stranded if this process died, and kept from other daemons until then.
public actor Dispatcher {
    /// Without news, the database is asked for jobs this often: NOTIFY makes it fast, this
    /// makes it right.
    static let pollInterval = Duration.seconds(2)

    private let store: any JobStore
    private let patientStore: PatientStore
    private let lease: Lease
    private let logger: Logger
    private let held: HeldJobs
    private let wakeup: Wakeup
    private let clock: any Clock<Duration>
    private let surroundings: JobRun.Surroundings

    /// Jobs that have been claimed and have not ended.
    private var lanes = 0
    /// Jobs that are claimed and were not taken by a worker yet.
    private var ahead: Set<Int64> = []
    private var pace: ClaimPace
    private let start = ContinuousClock.now
    private var isDraining = false
    /// A job that has killed a worker before, waiting for every lane to be empty.
    private var suspect: Claim?
    /// While such a job runs, nothing else does.
    private var isAlone = false

    /// What has been done since the start.
    nonisolated public let counters: WorkCounters

    /// Makes a dispatcher; `run` starts it.
    ///
    /// - Parameters:
    ///   - store: Where jobs come from and answers go.
    ///   - workers: The threads that describe.
    ///   - loader: Reads files.
    ///   - lease: Whether jobs may be claimed.
    ///   - held: Where claimed jobs are registered.
    ///   - maxAttempts: After how many attempts a job that may be retried is given up.
    ///   - logger: Where to log.
    ///   - clock: What to wait by.
    public init(
        store: any JobStore, workers: WorkerGroup, loader: ImageLoader, lease: Lease,
        held: HeldJobs, maxAttempts: Int, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.store = store
        self.lease = lease
        self.held = held
        self.logger = logger
        self.clock = clock
        counters = WorkCounters()
        wakeup = Wakeup(clock: clock)
        // Reading a picture takes a small part of the time it spends in flight.
        pace = ClaimPace(
            least: workers.count * max(1, workers.pictures / 4),
            places: workers.count * workers.pictures)
        patientStore = PatientStore(
            store, maxAttempts: maxAttempts, clock: clock, logger: logger)
        surroundings = JobRun.Surroundings(
            store: patientStore, readers: FileReaders(loader, count: max(4, pace.least)),
            workers: workers, gate: ContentGate(), counters: counters, logger: logger)
    }

    /// Looks for jobs at once: there is news.
    nonisolated public func wake() {
        Task { await wakeup.signal() }
    }

    /// Claims no more; `run` returns once the jobs held have ended.
    public func drain() async {
        isDraining = true
        await wakeup.signal()
    }

    /// Stops the jobs held between two tokens and gives them back.
    public func abort() async {
        held.stopForGood(.shutdown)
        await drain()
    }

    /// Stops waiting for a database that does not answer: the process is about to end.
    public func abandon() async {
        patientStore.abandon()
        await abort()
    }

    /// Claims and works until drained.
    public func run() async {
        await withDiscardingTaskGroup { group in
            var backoff = Backoff()
            while !isDraining {
                if isFree, let suspect {
                    self.suspect = nil
                    isAlone = true
                    launch(suspect, in: &group)
                }
                let limit = room
                guard limit > 0, !isAlone, suspect == nil, let epoch = lease.claimableEpoch
                else {
                    await wakeup.wait(atMost: Self.pollInterval)
                    continue
                }
                do throws(StorageError) {
                    let jobs = try await store.claim(epoch: epoch, limit: limit)
                    backoff.reset()
                    await start(jobs, in: &group)
                    if jobs.count < limit { await wakeup.wait(atMost: Self.pollInterval) }
                } catch {
                    guard error.kind != .closed else { return }
                    logger.warning("no jobs could be claimed: \(error)")
                    await wakeup.wait(atMost: backoff.delay())
                }
            }
            if let suspect { await release(suspect) }
        }
    }

    /// Waits until drained without claiming anything: for a daemon that only watches folders.
    public func waitForDrain() async {
        while !isDraining { await wakeup.wait(atMost: .seconds(3600)) }
    }

    /// Whether no job is being worked on.
    private var isFree: Bool { lanes == 0 }

    /// How many jobs to claim.
    private var room: Int {
        let now = ContinuousClock.now - start
        return min(
            pace.room(beside: ahead.count, at: now), pace.places + pace.limit(at: now) - lanes)
    }

    /// Starts the jobs of one claim.
    ///
    /// A job under which a worker died before runs with nothing beside it, so that if it kills
    /// again nobody else is blamed. One such job waits for the lanes to empty; more go back.
    private func start(_ jobs: [ClaimedJob], in group: inout DiscardingTaskGroup) async {
        var surplus: [Claim] = []
        for job in jobs {
            // Registered before anything is awaited, so that the next beat names it.
            let claim = Claim(job: job, stop: held.hold(job.id, fence: job.fence))
            if job.crashes == 0 {
                launch(claim, in: &group)
            } else if suspect == nil {
                suspect = claim
            } else {
                surplus.append(claim)
            }
        }
        for claim in surplus { await release(claim) }
    }

    private func launch(_ claim: Claim, in group: inout DiscardingTaskGroup) {
        lanes += 1
        ahead.insert(claim.job.id)
        let run = JobRun(
            job: claim.job, stop: claim.stop, around: surroundings,
            onBegin: { await self.begun(claim.job.id) })
        group.addTask {
            await run.run()
            await self.ended(claim.job)
        }
    }

    /// Gives a job back that was not begun.
    private func release(_ claim: Claim) async {
        do throws(StorageError) {
            _ = try await patientStore.giveBack(
                claim.job, .release, failureClass: nil, error: nil, stop: claim.stop)
        } catch {
            // Not held and still running in the database: the next beats hand it back.
            logger.warning("job \(claim.job.id) could not be given back: \(error)")
        }
        held.letGo(claim.job.id, fence: claim.job.fence)
    }

    /// A worker has taken a job's picture: there may be room for the next.
    private func begun(_ job: Int64) async {
        guard ahead.remove(job) != nil, room > 0 else { return }
        await wakeup.signal()
    }

    private func ended(_ job: ClaimedJob) async {
        ahead.remove(job.id)
        held.letGo(job.id, fence: job.fence)
        lanes -= 1
        pace.ended(at: ContinuousClock.now - start)
        if isFree { isAlone = false }
        if isFree || room > 0 { await wakeup.signal() }
    }
}

/// A claimed job and what stops it.
private struct Claim: Sendable {
    let job: ClaimedJob
    let stop: StopFlag
}
