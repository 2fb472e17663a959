import ArgumentParser
import Storage

/// `results`: the answers.
struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "List answers.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var presets: PresetOption
    @OptionGroup var format: FormatOption

    @Argument(help: "Only this picture, or the pictures below this folder.")
    var path: String?

    @Option(help: "Only the answers to this question of a preset.")
    var question: [String] = []

    @Flag(help: "Answers of old preset versions too.")
    var allVersions = false

    @Option(help: "How many at most; 0 for all.")
    var limit: Int = 0

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit takes 0 or more.") }
    }

    func run() async throws {
        try await shared.withDatabase { database, _ in
            let filter = ResultFilter(
                folder: path.map(GivenPath.absolute), presets: presets.names,
                questions: question, latestVersionsOnly: !allVersions)
            _ = try await ResultListing.printAll(
                filter, in: database, format.resolved(shared), to: .standardOutput(),
                limit: limit)
        }
    }
}
