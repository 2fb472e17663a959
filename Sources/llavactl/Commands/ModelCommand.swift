import ArgumentParser

/// `model info|import|quantize|synth|tokenize`: looks into model files, and writes them.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Look into model files, and convert them.",
        subcommands: [
            ModelInfoCommand.self, ModelImportCommand.self, ModelQuantizeCommand.self,
            ModelSynthCommand.self, ModelTokenizeCommand.self,
        ])
}
