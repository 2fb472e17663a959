import ArgumentParser
import Storage

/// `retry`: opens failed jobs again.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Try dead and cancelled jobs again, and waiting ones now.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var selection: JobSelection

    @Flag(help: "Every job that failed.")
    var all = false

    func validate() throws {
        guard all != !selection.isEmpty else {
            throw ValidationError(
                "Say which jobs: numbers, --state, --class or --path, or --all alone.")
        }
        _ = try selection.filter()
    }

    func run() async throws {
        try await shared.withDatabase { database, _ in
            let count = try await database.retry(try selection.filter())
            let sink = FileSink.standardOutput()
            try sink.line(
                shared.json
                    ? JSONText.object(["retried": .number(count)]).text
                    : "\(count) \(count == 1 ? "job is" : "jobs are") ready again")
            try sink.flush()
        }
    }
}
