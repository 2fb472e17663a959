import FoundationEssentials
import Storage

/// Jobs as rows.
enum JobListing {
    /// The columns, named as those of `llava.job`.
    static let columns = [
        Column("id", .number), Column("state"), Column("path", .path), Column("presets"),
        Column("priority", .hidden), Column("attempts", .number), Column("crashes", .hidden),
        Column("failure_class"), Column("last_error", .prose), Column("created_at", .hidden),
        Column("claimed_at", .hidden), Column("finished_at", .hidden), Column("run_at", .hidden),
        Column("sha256", .hidden), Column("size", .hidden), Column("owner", .hidden),
        Column("fence", .hidden), Column("cancel", .hidden),
    ]

    /// A job's values for `columns`.
    static func cells(_ job: JobRow) -> [JSONText] {
        // A job that worked in the end has nothing to say about the failure before.
        let failed = job.state != .done
        return [
            .integer(job.id), .string(job.state.rawValue), .string(job.path),
            .strings(job.presets), .number(job.priority), .number(job.attempts),
            .number(job.crashes), .optional(failed ? job.failureClass : nil),
            .optional(failed ? job.lastError : nil), stamp(job.createdAt), stamp(job.claimedAt),
            stamp(job.finishedAt), stamp(job.runAt), .optional(job.sha256), .optional(job.size),
            .optional(job.owner), .integer(job.fence), .bool(job.isCancelRequested),
        ]
    }

    /// Why a job failed, in a line: path, class and sentence.
    static func failure(of job: JobRow) -> String {
        let line = "\(job.path) (\(job.failureClass ?? job.state.rawValue))"
        guard let error = job.lastError else { return line }
        // Most sentences begin with the path, which stands there already.
        let prefix = "'\(job.path)': "
        let reason = error.hasPrefix(prefix) ? String(error.dropFirst(prefix.count)) : error
        return line + ": " + reason
    }

    private static func stamp(_ date: Date?) -> JSONText {
        date.map { .string(TimeText.stamp(secondsSince1970: $0.timeIntervalSince1970)) } ?? .null
    }
}
