import ArgumentParser
import Storage

/// `cancel`: withdraws jobs.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Withdraw jobs that are not over; their answers so far stay.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var selection: JobSelection

    @Flag(help: "Every job that is not over.")
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
            let count = try await database.cancel(try selection.filter())
            let sink = FileSink.standardOutput()
            try sink.line(
                shared.json
                    ? JSONText.object(["cancelled": .number(count)]).text
                    : "\(count) \(count == 1 ? "job was" : "jobs were") cancelled")
            try sink.flush()
        }
    }
}
