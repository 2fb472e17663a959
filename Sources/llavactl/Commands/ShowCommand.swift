import ArgumentParser
import Storage

/// `show PATH`: all there is about a picture.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the answers about one picture.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var format: FormatOption

    @Argument(help: "The picture.")
    var path: String

    func run() async throws {
        try await shared.withDatabase { database, _ in
            let path = GivenPath.absolute(path)
            let rows = try await database.results(ResultFilter(paths: [path]))
            let printer = ResultListing.printer(
                format.resolved(shared, default: .text), to: .standardOutput())
            for row in rows { try printer.print(ResultListing.cells(row)) }
            try printer.finish()
            let jobs = try await database.jobs(JobFilter(paths: [path]))
            if let job = jobs.first(where: { $0.state != .done }) { complain(Self.sentence(job)) }
            if rows.isEmpty {
                throw CommandFailure(
                    .someFailed,
                    jobs.isEmpty ? "'\(path)' is not known: llavactl enqueue '\(path)'" : nil)
            }
        }
    }

    /// Why a picture has no answers, or not all of them.
    private static func sentence(_ job: JobRow) -> String {
        var sentence = "Job \(job.id) is \(job.state.rawValue)"
        if let failure = job.failureClass { sentence += " (\(failure))" }
        if let error = job.lastError { sentence += ": \(error)" }
        return sentence
    }
}
