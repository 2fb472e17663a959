import ArgumentParser
import Storage

/// `retry`: opens failed jobs again.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Try dead and cancelled jobs again, and waiting ones now.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var jobs: JobsToChange

    func run() async throws {
        try await jobs.change(
            shared, member: "retried", outcome: ("job is ready again", "jobs are ready again")
        ) { database, filter in try await database.retry(filter) }
    }
}
