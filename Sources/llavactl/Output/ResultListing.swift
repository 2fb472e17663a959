import FoundationEssentials
import Storage

/// Answers as rows.
enum ResultListing {
    /// The columns, named and ordered as those of the view `llava.result`.
    static let columns = [
        Column("path", .path), Column("sha256", .hidden), Column("preset", .hidden),
        Column("preset_version", .hidden), Column("question"), Column("answer", .prose),
        Column("data", .hidden), Column("confidence", .hidden), Column("finish_reason", .hidden),
        Column("model", .hidden), Column("tokens", .hidden), Column("duration_ms", .hidden),
        Column("created_at", .hidden), Column("job_id", .hidden),
    ]

    /// An answer's values for `columns`.
    static func cells(_ row: ResultRow) -> [JSONText] {
        [
            .string(row.path), .string(row.sha256), .string(row.preset),
            .number(row.presetVersion), .string(row.question), .string(row.answer),
            row.data.map { .raw($0) } ?? .null,
            row.confidence.map { JSONText.number($0) } ?? .null, .string(row.finishReason),
            .string(row.model), .number(row.tokens), .number(row.durationMS),
            .string(TimeText.stamp(secondsSince1970: row.createdAt.timeIntervalSince1970)),
            .integer(row.jobID),
        ]
    }

    /// A printer of answers.
    static func printer(_ format: RowPrinter.Format, to sink: FileSink) -> RowPrinter {
        // The path stands once above its answers.
        var path: String?
        return RowPrinter(columns: columns, format: format, to: sink) { row in
            defer { path = row[0].plain }
            let answer = "  \(row[4].plain): \(row[5].plain)"
            return row[0].plain == path
                ? answer : (path == nil ? "" : "\n") + row[0].plain + "\n" + answer
        }
    }

    /// Prints all answers of a filter, and counts them.
    static func printAll(
        _ filter: ResultFilter, in database: Database, _ format: RowPrinter.Format,
        to sink: FileSink, limit: Int = 0
    ) async throws -> Int {
        let printer = printer(format, to: sink)
        var count = 0
        for try await rows in database.resultBatches(filter) {
            let taken = limit == 0 ? rows[...] : rows.prefix(limit - count)
            for row in taken { try printer.print(cells(row)) }
            count += taken.count
            if limit > 0 && count >= limit { break }
        }
        try printer.finish()
        return count
    }
}
