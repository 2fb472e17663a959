import ArgumentParser
import Storage

/// `cancel`: withdraws jobs.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Withdraw jobs that are not over; their answers so far stay.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var jobs: JobsToChange

    func run() async throws {
        try await jobs.change(
            shared, member: "cancelled", outcome: ("job was cancelled", "jobs were cancelled")
        ) { database, filter in try await database.cancel(filter) }
    }
}
