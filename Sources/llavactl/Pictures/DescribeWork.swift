import Settings
import Storage

/// The waiting part of `describe`: until its jobs are over, with a daemon if need be.
struct DescribeWork {
    private let filter: JobFilter
    private let total: Int
    private let database: Database
    private let settings: DaemonSettings
    private let config: String?
    private let start = ContinuousClock.now
    private var reporter = ProgressReporter()
    private var daemon: OwnDaemon?

    /// How long daemons are not looked for again, once one was seen.
    private static let daemonCheckInterval: Duration = .seconds(5)

    init(jobs: [Int64], database: Database, settings: DaemonSettings, config: String?) {
        filter = JobFilter(ids: jobs)
        total = jobs.count
        self.database = database
        self.settings = settings
        self.config = config
    }

    /// Waits until no job is open any more, and stops the daemon it started.
    ///
    /// - Throws: `CommandFailure` after Ctrl-C, or if the daemon cannot run.
    mutating func finish() async throws {
        let counts = try await database.counts(filter)
        guard counts.open > 0 else {
            complain("Nothing left to do: \(counts[.done]) already described")
            return
        }
        Interrupts.install()
        if try await !database.status().pausedHosts.isEmpty {
            complain("The queue is paused: llavactl resume lets it go on")
        }
        let signal = ResultSignal(database.location)
        defer { signal.stop() }
        do {
            try await wait(for: counts, signal)
        } catch {
            reporter.clear()
            if daemon != nil, Interrupts.count > 0 {
                complain("Finishing the pictures begun; Ctrl-C again stops at once")
            }
            await stopDaemon()
            throw error
        }
        await stopDaemon()
    }

    private mutating func wait(for first: StateCounts, _ signal: ResultSignal) async throws {
        var bar = ProgressBar(total: first.open)
        let failedBefore = first[.dead] + first[.cancelled]
        if total > first.open {
            complain("\(total - first.open) of \(total) described before, \(first.open) to do")
        }
        var nextCheck = ContinuousClock.now
        var counts = first
        while true {
            bar.finished = first.open - counts.open
            bar.failed = max(0, counts[.dead] + counts[.cancelled] - failedBefore)
            bar.elapsed = (ContinuousClock.now - start) / .seconds(1)
            if counts.open == 0 { break }
            reporter.update(bar)
            if Interrupts.count > 0 { throw interruption(left: counts.open) }
            try daemon?.requireRunning()
            if ContinuousClock.now >= nextCheck {
                try await ensureDaemon()
                nextCheck = ContinuousClock.now + Self.daemonCheckInterval
            }
            let asked = ContinuousClock.now
            counts = try await database.counts(filter)
            // Asking about very many jobs takes its time; it is not to take the server's.
            let pause = max(.milliseconds(200), (ContinuousClock.now - asked) * 10)
            try await signal.wait(atMost: min(pause, .seconds(5)))
        }
        reporter.finish(bar)
    }

    /// Starts a daemon unless one runs.
    private mutating func ensureDaemon() async throws {
        guard daemon == nil else { return }
        guard try await LiveDaemons().alive(in: database).isEmpty else { return }
        daemon = try OwnDaemon(settings, config: config)
    }

    private mutating func stopDaemon() async {
        daemon?.stop()
        await daemon?.waitUntilStopped()
        daemon = nil
    }

    private func interruption(left: Int) -> CommandFailure {
        CommandFailure(
            .interrupted,
            "stopped with \(left) of \(total) pictures left in the queue: run the same command "
                + "again to go on")
    }

    /// Lists the jobs that failed, each with its class and sentence.
    ///
    /// - Returns: How many there are.
    func complainAboutFailures() async throws -> Int {
        var failed = filter
        failed.states = [.dead, .cancelled]
        var last: Int64?
        var count = 0
        while true {
            let page = try await database.jobs(failed, after: last)
            for job in page { complain("Failed: " + JobListing.failure(of: job)) }
            count += page.count
            last = page.last?.id
            if page.isEmpty { break }
        }
        if count > 0 { complain("\(count) of \(total) pictures could not be described") }
        return count
    }
}
