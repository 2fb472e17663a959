import Storage

/// The state of queue and daemons at one moment, as `status` and `top` show it.
struct StatusReport {
    private let queue: QueueStatus
    private let daemons: [DaemonReport]

    /// Asks the database.
    static func read(from database: Database) async throws(StorageError) -> StatusReport {
        let live = try LiveDaemons()
        let rows = try await database.daemons()
        return StatusReport(
            queue: try await database.status(),
            daemons: rows.map { DaemonReport($0, isAlive: live.isAlive($0)) })
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
            var table = TableOutput(columns: DaemonReport.columns, terminal: terminal)
            lines += [""] + table.lines(of: alive.map(\.cells))
            let busy = alive.flatMap(\.busyWorkers)
            if !busy.isEmpty {
                var table = TableOutput(columns: DaemonReport.workerColumns, terminal: terminal)
                lines += [""] + table.lines(of: busy)
            }
        }
        return lines
    }

    /// Pictures a second: what the daemons measure now, else what the last ten minutes gave.
    private var rate: Double {
        let measured = daemons.filter(\.isAlive).reduce(0) { $0 + $1.picturesPerHour }
        return (measured > 0 ? measured : queue.jobsPerHour) / 3600
    }

    private var secondsLeft: Double? {
        rate > 0 ? Double(queue.counts.open) / rate : nil
    }

    private var openLine: String {
        var parts = ["\(queue.counts.open)"]
        if let secondsLeft {
            parts.append(TimeText.rate(perSecond: rate))
            parts.append("ETA " + TimeText.length(seconds: secondsLeft))
        }
        if let seconds = queue.oldestReadySeconds {
            parts.append("oldest waits since " + TimeText.length(seconds: seconds))
        }
        return parts.joined(separator: ", ")
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
            "jobs_per_hour": .number(rate * 3600),
            "seconds_left": secondsLeft.map { .number($0) } ?? .null,
            "oldest_ready_seconds": queue.oldestReadySeconds.map { .number($0) } ?? .null,
            "paused": .strings(queue.pausedHosts),
            "daemons": .array(daemons.map(\.json)),
        ])
    }
}
