import ArgumentParser

/// `model info|import|list|quantize|synth|tokenize|verify`: looks into model files, and writes them.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Look after models: what they are, whether they work, other types.",
        subcommands: [
            ModelListCommand.self, ModelInfoCommand.self, ModelVerifyCommand.self,
            ModelImportCommand.self, ModelQuantizeCommand.self, ModelSynthCommand.self,
            ModelTokenizeCommand.self,
        ])
}
