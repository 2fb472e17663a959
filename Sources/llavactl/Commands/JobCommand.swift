import ArgumentParser
import Storage

/// `job show ID`: everything about one job.
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Show everything about one job.",
        subcommands: [Show.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show everything about one job.")

        @OptionGroup var shared: SharedOptions

        @Argument(help: "The job's number.")
        var id: Int64

        func run() async throws {
            try await shared.withDatabase { database, _ in
                guard let job = try await database.job(id) else {
                    throw CommandFailure(
                        .someFailed, "there is no job \(id): llavactl jobs lists them")
                }
                let cells = JobListing.cells(job)
                let sink = FileSink.standardOutput()
                if shared.json {
                    try sink.line(JSONOutput.object(JobListing.columns, cells).text)
                } else {
                    for (column, cell) in zip(JobListing.columns, cells) where cell != .null {
                        let name = column.key.replacing("_", with: " ")
                        try sink.line(DisplayWidth.padded(name, to: 14) + cell.plain)
                    }
                }
                try sink.flush()
            }
        }
    }
}
