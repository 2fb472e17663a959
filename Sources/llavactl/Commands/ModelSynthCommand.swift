import ArgumentParser
import LLaVA

/// `model synth`: a model of a real shape with random weights.
struct ModelSynthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth",
        abstract: "Write a model of a real shape with random weights, for measuring.",
        discussion: """
            Two files are written: SHAPE-TYPE.gguf and SHAPE-TYPE.mmproj.gguf. They compute as long \
            as the real ones and answer nonsense.
            """)

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("One of \(ModelShape.knownNames).", valueName: "name"))
    var shape: String

    @Option(help: ArgumentHelp("One of \(WeightMix.knownNames).", valueName: "type"))
    var type = WeightMix.q4KM.rawValue

    @Option(help: "Equal seeds give equal files.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("The folder to write into.", valueName: "dir"))
    var out: String

    @Option(
        help: ArgumentHelp(
            "Keep only so many layers of the language model, where the whole does not fit.",
            valueName: "n"))
    var layers: Int?

    func validate() throws {
        do {
            _ = try synthesis()
        } catch {
            throw ValidationError(error.message)
        }
    }

    private func synthesis() throws(EngineError) -> ModelSynthesis {
        var shape = try ModelShape.named(shape)
        if let layers { shape = try shape.cut(toLayers: layers) }
        return ModelSynthesis(shape: shape, mix: try WeightMix.named(type), seed: seed)
    }

    func run() async throws {
        let synthesis = try synthesis()
        let target = GivenPath.absolute(out)
        let written = try await EngineThread.run {
            try synthesis.write(into: target, threads: EngineThread.defaultCount)
        }
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(
                JSONText.object([
                    "text": .string(written.text), "mmproj": .string(written.projector),
                ]).text)
        } else {
            try sink.line(written.text)
            try sink.line(written.projector)
        }
        try sink.flush()
    }
}
