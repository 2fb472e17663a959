import ArgumentParser
import ModelFiles
import Settings

/// `model info F…`: what is in model files.
struct ModelInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show what is in model files.")

    @OptionGroup var shared: SharedOptions

    @Argument(help: "GGUF files; those of the settings if none is named.")
    var files: [String] = []

    func run() async throws {
        var paths = files
        if paths.isEmpty {
            let settings = try shared.settings()
            let found = try settings.model.files(stateDirectory: settings.stateDirectory)
            paths = [found.text] + [found.mmproj].compactMap(\.self)
        }
        let summaries = try paths.map { try ModelFileSummary(GGUFFile(path: $0)) }
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(JSONText.object(["files": .array(summaries.map(\.json))]).text)
        } else {
            for (index, summary) in summaries.enumerated() {
                if index > 0 { try sink.line() }
                for line in summary.lines { try sink.line(line) }
            }
        }
        try sink.flush()
    }
}
