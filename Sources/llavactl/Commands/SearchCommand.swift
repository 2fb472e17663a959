import ArgumentParser
import Storage

/// `search TEXT`: full-text search.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find answers by their words.",
        discussion: "Words, \"whole phrases\", OR, and -not, as in web search engines.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var format: FormatOption

    @Argument(help: "What to look for.")
    var text: [String]

    @Option(help: "How many at most.")
    var limit: Int = 50

    private static let columns = [
        Column("path", .path), Column("preset", .hidden), Column("question"),
        Column("answer", .prose), Column("rank", .hidden), Column("headline", .hidden),
        Column("model", .hidden), Column("job_id", .hidden),
    ]

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes 1 or more.") }
    }

    func run() async throws {
        try await shared.withDatabase { database, _ in
            let hits = try await database.search(text.joined(separator: " "), limit: limit)
            let printer = RowPrinter(
                columns: Self.columns, format: format.resolved(shared), to: .standardOutput(),
                running: { "\($0[0].plain)\n  \($0[2].plain): \($0[3].plain)" })
            for hit in hits {
                try printer.print([
                    .string(hit.path), .string(hit.preset), .string(hit.question),
                    .string(hit.answer), .number(hit.rank), .string(hit.headline),
                    .string(hit.model), .integer(hit.jobID),
                ])
            }
            try printer.finish()
        }
    }
}
