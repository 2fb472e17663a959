import FoundationEssentials
import Pipeline
import Storage

/// One daemon and its workers, as `status` and `top` show them.
struct DaemonReport {
    /// Whether it runs, as seen from here.
    let isAlive: Bool
    private let row: DaemonRow
    private let status: [String: JSONValue]

    /// Takes a daemon apart, with what it said of itself last.
    init(_ row: DaemonRow, isAlive: Bool) {
        self.row = row
        self.isAlive = isAlive
        if case .object(let status)? = row.status.flatMap(JSONValue.init(parsing:)) {
            self.status = status
        } else {
            status = [:]
        }
    }

    /// The columns of `cells`.
    static let columns = [
        Column("daemon", .number), Column("host"), Column("pid", .number), Column("model", .path),
        Column("workers", .number), Column("running", .number), Column("phase"),
        Column("last_beat"),
    ]

    /// The daemon as a row.
    var cells: [JSONText] {
        let phase: String? = if case .string(let phase)? = status["phase"] { phase } else { nil }
        return [
            .integer(row.epoch), .string(row.identity.host), .number(row.identity.pid),
            .string(row.modelName), .number(row.workers), .number(row.running),
            .optional(phase),
            .string(TimeText.length(seconds: row.secondsSinceBeat) + " ago"),
        ]
    }

    /// The columns of `busyWorkers`.
    static let workerColumns = [
        Column("daemon", .number), Column("worker", .number), Column("job", .number),
        Column("since", .number), Column("path", .path),
    ]

    /// The pictures that workers are at, as rows.
    var busyWorkers: [[JSONText]] {
        guard case .array(let workers)? = status["workers"] else { return [] }
        return workers.flatMap { worker -> [[JSONText]] in
            guard case .object(let worker) = worker, case .integer(let number)? = worker["worker"],
                case .array(let pictures)? = worker["pictures"]
            else { return [] }
            return pictures.compactMap { picture in
                guard case .object(let picture) = picture,
                    case .integer(let job)? = picture["job"],
                    case .string(let path)? = picture["path"]
                else { return nil }
                let since = Self.number(picture["seconds"]).map { TimeText.length(seconds: $0) }
                return [
                    .integer(row.epoch), .integer(number), .integer(job), .optional(since),
                    .string(path),
                ]
            }
        }
    }

    /// Pictures an hour as the daemon measured last; 0 before it has.
    var picturesPerHour: Double { Self.number(status["pictures_per_hour"]) ?? 0 }

    /// JSON tells whole numbers from others by their looks alone.
    private static func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The daemon for a program.
    var json: JSONText {
        .object([
            "daemon": .integer(row.epoch), "host": .string(row.identity.host),
            "pid": .number(row.identity.pid), "alive": .bool(isAlive),
            "model": .string(row.modelName),
            "model_fingerprint": .string(row.modelFingerprint),
            "workers": .number(row.workers), "running": .number(row.running),
            "seconds_since_beat": .number(row.secondsSinceBeat),
            "started_at": .string(
                TimeText.stamp(secondsSince1970: row.startedAt.timeIntervalSince1970)),
            "status": row.status.map { .raw($0) } ?? .null,
        ])
    }
}
