import ArgumentParser
import LLaVA

/// `model quantize IN.gguf`: a GGUF file with its matrices in other types.
struct ModelQuantizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Write a GGUF file again with its matrices in fewer bits.",
        discussion: """
            A language model is stored in any of the types; q4_k_m is what most people use. A \
            projector's file is stored as f16 or q8_0, since its features suffer most.
            """)

    @OptionGroup var shared: SharedOptions

    @Argument(help: ArgumentHelp("The file to read, in F16, BF16 or Q8_0.", valueName: "file"))
    var source: String

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("One of \(WeightMix.knownNames).", valueName: "type"))
    var type: String

    func validate() throws {
        do {
            _ = try WeightMix.named(type)
        } catch {
            throw ValidationError(error.message)
        }
    }

    func run() async throws {
        let target = GivenPath.absolute(out)
        let quantization = ModelQuantization(
            source: GivenPath.absolute(source), mix: try WeightMix.named(type),
            threads: EngineThread.defaultCount)
        try await EngineThread.run {
            var progress = TimedProgress()
            try quantization.write(to: target) { progress.update(done: $0, total: $1) }
            progress.finish()
        }
        let sink = FileSink.standardOutput()
        try sink.line(
            shared.json ? JSONText.object(["file": .string(target)]).text : target)
        try sink.flush()
    }
}
