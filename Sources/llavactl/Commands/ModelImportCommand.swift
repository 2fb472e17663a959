import ArgumentParser
import LLaVA

/// `model import HFDIR`: a model folder as a pair of GGUF files.
struct ModelImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Write a Hugging Face model folder as a pair of GGUF files.",
        discussion: """
            The folder holds config.json, the tokenizer and safetensors. Two files are written: \
            NAME-TYPE.gguf and NAME-TYPE.mmproj.gguf.
            """)

    @OptionGroup var shared: SharedOptions

    @Argument(help: ArgumentHelp("The model's folder.", valueName: "hfdir"))
    var folder: String

    @Option(help: ArgumentHelp("The folder to write into.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("One of \(WeightMix.knownNames).", valueName: "type"))
    var type = WeightMix.f16.rawValue

    func validate() throws {
        do {
            _ = try WeightMix.named(type)
        } catch {
            throw ValidationError(error.message)
        }
    }

    func run() async throws {
        let source = GivenPath.absolute(folder)
        let target = GivenPath.absolute(out)
        let type = try WeightMix.named(type)
        let written = try await EngineThread.run {
            var progress = TimedProgress()
            let written = try ModelImport(
                folder: source, type: type, threads: EngineThread.defaultCount
            ).write(into: target) { progress.update(done: $0, total: $1) }
            progress.finish()
            return written
        }
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(
                JSONText.object([
                    "text": .string(written.text), "mmproj": .optional(written.projector),
                ]).text)
        } else {
            try sink.line(written.text)
            if let projector = written.projector { try sink.line(projector) }
        }
        try sink.flush()
    }
}
