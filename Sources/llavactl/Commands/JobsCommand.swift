import ArgumentParser
import Storage

/// `jobs`: the queue, row by row.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List jobs, with the reasons of those that failed.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var selection: JobSelection
    @OptionGroup var format: FormatOption

    @Option(help: "How many at most; 0 for all.")
    var limit: Int = 100

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit takes 0 or more.") }
        _ = try selection.filter()
    }

    func run() async throws {
        try await shared.withDatabase { database, _ in
            let filter = try selection.filter()
            let printer = RowPrinter(
                columns: JobListing.columns, format: format.resolved(shared),
                to: .standardOutput())
            var printed = 0
            var last: Int64?
            while limit == 0 || printed < limit {
                let size = limit == 0 ? 1000 : min(1000, limit - printed)
                let page = try await database.jobs(filter, after: last, limit: size)
                for job in page { try printer.print(JobListing.cells(job)) }
                printed += page.count
                last = page.last?.id
                if page.count < size { break }
            }
            try printer.finish()
            let total = try await database.counts(filter).total
            if printed < total && !shared.json {
                complain("Showing \(printed) of \(total) jobs; --limit 0 shows all.")
            }
        }
    }
}
