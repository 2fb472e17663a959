import ArgumentParser
import Storage

/// Which jobs a verb changes: some that are named, or all of them, but never all by accident.
struct JobsToChange: ParsableArguments {
    @OptionGroup var selection: JobSelection

    @Flag(help: "Every job that this verb can change.")
    var all = false

    func validate() throws {
        guard all != !selection.isEmpty else {
            throw ValidationError(
                "Say which jobs: numbers, --state, --class or --path, or --all alone.")
        }
        _ = try selection.filter()
    }

    /// Changes the jobs and prints how many there were.
    ///
    /// - Parameters:
    ///   - shared: Where the database is and how to print.
    ///   - member: The number's name in JSON.
    ///   - outcome: What happened to one job, and to several, for a person.
    ///   - change: Changes the jobs and returns how many.
    /// - Throws: What reaching the database or writing threw.
    func change(
        _ shared: SharedOptions, member: String, outcome: (one: String, several: String),
        by change: (Database, JobFilter) async throws -> Int
    ) async throws {
        try await shared.withDatabase { database, _ in
            let count = try await change(database, try selection.filter())
            let sink = FileSink.standardOutput()
            try sink.line(
                shared.json
                    ? JSONText.object([member: .number(count)]).text
                    : "\(count) \(count == 1 ? outcome.one : outcome.several)")
            try sink.flush()
        }
    }
}
