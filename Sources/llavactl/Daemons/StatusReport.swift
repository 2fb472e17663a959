import FoundationEssentials
import Storage

/// The state of queue and daemons at one moment, as `status` and `top` show it.
struct StatusReport {
    private let queue: QueueStatus
    private let daemons: [(row: DaemonRow, isAlive: Bool)]

    /// Asks the database.
    static func read(from database: Database) async throws(StorageError) -> StatusReport {
        let live = try LiveDaemons()
        let rows = try await database.daemons()
        return StatusReport(
            queue: try await database.status(),
            daemons: rows.map { ($0, live.isAlive($0)) })
    }

    /// The report for a person.
    func lines(terminal: Terminal) -> [String] {
        let states = JobState.allCases.map { "\($0.rawValue) \(queue.counts[$0])" }
        var lines = ["Jobs      " + states.joined(separator: ", ")]
        if !queue.failures.isEmpty {
            let failures = queue.failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            lines.append(
                "Failures  " + failures.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        }
        if queue.counts.open > 0 { lines.append("Open      " + openLine) }
        if !queue.pausedHosts.isEmpty {
            let hosts = queue.pausedHosts.map { $0 == "*" ? "all hosts" : $0 }
            lines.append(
                "Paused    " + hosts.joined(separator: ", ") + " (llavactl resume to go on)")
        }
        let alive = daemons.filter(\.isAlive)
        if alive.isEmpty {
            lines.append("Daemons   none running")
        } else {
            var table = TableOutput(columns: Self.daemonColumns, terminal: terminal)
            lines.append("")
            lines += table.lines(of: alive.map { Self.cells($0.row) })
        }
        return lines
    }

    private var openLine: String {
        var parts = ["\(queue.counts.open)"]
        if queue.jobsPerHour > 0 {
            parts.append(TimeText.rate(perSecond: queue.jobsPerHour / 3600))
        }
        if let seconds = queue.secondsLeft {
            parts.append("ETA " + TimeText.length(seconds: seconds))
        }
        if let seconds = queue.oldestReadySeconds {
            parts.append("oldest waits since " + TimeText.length(seconds: seconds))
        }
        return parts.joined(separator: ", ")
    }

    private static let daemonColumns = [
        Column("daemon", .number), Column("host"), Column("pid", .number), Column("model", .path),
        Column("workers", .number), Column("running", .number), Column("last_beat"),
    ]

    private static func cells(_ daemon: DaemonRow) -> [JSONText] {
        [
            .integer(daemon.epoch), .string(daemon.identity.host), .number(daemon.identity.pid),
            .string(daemon.modelName), .number(daemon.workers), .number(daemon.running),
            .string(TimeText.length(seconds: daemon.secondsSinceBeat) + " ago"),
        ]
    }

    /// The report for a program.
    var json: JSONText {
        .object([
            "jobs": .object(
                JobState.allCases.map { ($0.rawValue, .number(queue.counts[$0])) }),
            "open": .number(queue.counts.open),
            "failures": .object(
                queue.failures.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) }),
            "done_last_minute": .number(queue.doneLastMinute),
            "done_last_10_minutes": .number(queue.doneLastTenMinutes),
            "jobs_per_hour": .number(queue.jobsPerHour),
            "seconds_left": queue.secondsLeft.map { .number($0) } ?? .null,
            "oldest_ready_seconds": queue.oldestReadySeconds.map { .number($0) } ?? .null,
            "paused": .strings(queue.pausedHosts),
            "daemons": .array(daemons.map { Self.object($0.row, isAlive: $0.isAlive) }),
        ])
    }

    private static func object(_ daemon: DaemonRow, isAlive: Bool) -> JSONText {
        .object([
            "daemon": .integer(daemon.epoch), "host": .string(daemon.identity.host),
            "pid": .number(daemon.identity.pid), "alive": .bool(isAlive),
            "model": .string(daemon.modelName),
            "model_fingerprint": .string(daemon.modelFingerprint),
            "workers": .number(daemon.workers), "running": .number(daemon.running),
            "seconds_since_beat": .number(daemon.secondsSinceBeat),
            "started_at": .string(
                TimeText.stamp(secondsSince1970: daemon.startedAt.timeIntervalSince1970)),
            "status": daemon.status.map { .raw($0) } ?? .null,
        ])
    }
}
