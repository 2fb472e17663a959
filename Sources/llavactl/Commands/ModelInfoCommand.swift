import ArgumentParser
import Glibc
import LLaVA
import ModelFiles
import Settings

/// `model info F…`: what a model is, and what is in its files.
struct ModelInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show what a model is and what is in its files.",
        discussion: """
            Name a language model's file, its projector's, both, or a Hugging Face folder. What the \
            memory is told for are workers with full contexts, the weights they share included. A \
            file that opens but cannot be run is shown with the reason, and the exit code is 1.
            """)

    @OptionGroup var shared: SharedOptions

    @Argument(help: "GGUF files or a folder; those of the settings if none is named.")
    var files: [String] = []

    @Option(help: ArgumentHelp("Workers the memory is told for.", valueName: "n"))
    var workers: Int?

    func validate() throws {
        guard workers.map({ (1...256).contains($0) }) ?? true else {
            throw ValidationError("--workers takes 1 to 256.")
        }
    }

    func run() async throws {
        let settings = try shared.settings()
        var paths = files.map(GivenPath.absolute)
        if paths.isEmpty {
            let found = try settings.model.files(stateDirectory: settings.stateDirectory)
            paths = [found.text] + [found.mmproj].compactMap(\.self)
        }
        var summaries: [ModelFileSummary] = []
        var location: ModelLocation?
        for path in paths {
            if Self.isFolder(path) {
                location = ModelLocation(text: path)
                continue
            }
            let summary = try ModelFileSummary(GGUFFile(path: path))
            summaries.append(summary)
            if !summary.isProjector { location = ModelLocation(text: path) }
        }
        // Several language models side by side are files to compare, not one model.
        if summaries.filter({ !$0.isProjector }).count > 1 { location = nil }
        location?.projector = summaries.first(where: \.isProjector)?.path
        let workers = workers ?? settings.workers.count ?? 1
        var overview: ModelOverview?
        var problem: String?
        if let location {
            do {
                overview = ModelOverview(try LlavaModel.load(location).summary, workers: workers)
            } catch {
                problem = error.message
            }
        }
        try show(summaries, overview, problem)
        if let problem { throw CommandFailure(.someFailed, problem) }
    }

    private func show(
        _ summaries: [ModelFileSummary], _ overview: ModelOverview?, _ problem: String?
    ) throws {
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(
                JSONText.object([
                    "model": overview?.json ?? .null, "problem": .optional(problem),
                    "files": .array(summaries.map(\.json)),
                ]).text)
        } else {
            var parts = summaries.map(\.lines)
            if let overview { parts.insert(overview.lines, at: 0) }
            for (index, part) in parts.enumerated() {
                if index > 0 { try sink.line() }
                for line in part { try sink.line(Printable.text(line)) }
            }
        }
        try sink.flush()
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
