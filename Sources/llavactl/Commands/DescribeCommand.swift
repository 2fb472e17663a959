import ArgumentParser
import Settings
import Storage

/// `describe PATH…`: everything from a folder to its answers in one go.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Describe pictures and folders, wait, and print the answers.",
        discussion: """
            Starts llavad for as long as it takes if none is running. Ctrl-C leaves the rest in \
            the queue: the same command goes on from there.
            """)

    @OptionGroup var shared: SharedOptions
    @OptionGroup var presets: PresetOption
    @OptionGroup var format: FormatOption

    @Argument(help: "Pictures, and folders of them.")
    var paths: [String]

    @Option(help: "Smaller runs first; 100 is usual.")
    var priority: Int = 100

    func validate() throws {
        guard (-32768...32767).contains(priority) else {
            throw ValidationError("--priority takes -32768 to 32767, not \(priority).")
        }
    }

    func run() async throws {
        try await shared.withDatabase { database, settings in
            let names = try await PresetCheck.wanted(presets.names, in: database, settings)
            let enqueued = try await Enqueuing(
                paths, presets: names, priority: priority, in: database, settings.sources)
            enqueued.complainAboutSkipped()
            let jobs = enqueued.count.jobIDs
            guard !jobs.isEmpty else {
                complain("There are no pictures in " + paths.joined(separator: ", "))
                throw CommandFailure(.someFailed, nil)
            }
            var work = DescribeWork(
                jobs: jobs, database: database, settings: settings, config: shared.config)
            try await work.finish()
            try await printAnswers(of: jobs, presets: names, in: database)
            let failed = try await work.complainAboutFailures()
            if failed > 0 || !enqueued.skipped.isEmpty { throw CommandFailure(.someFailed, nil) }
        }
    }

    private func printAnswers(
        of jobs: [Int64], presets: [String], in database: Database
    ) async throws {
        let filter = ResultFilter(jobIDs: jobs, presets: presets, latestVersionsOnly: true)
        _ = try await ResultListing.printAll(
            filter, in: database, format.resolved(shared), to: .standardOutput())
    }
}
