import ArgumentParser

/// `model list|info|verify|pull|import|quantize|synth|tokenize`: looks after models.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Look after models: what they are, whether they work, other types.",
        subcommands: [
            ModelListCommand.self, ModelInfoCommand.self, ModelVerifyCommand.self,
            ModelPullCommand.self, ModelImportCommand.self, ModelQuantizeCommand.self,
            ModelSynthCommand.self, ModelTokenizeCommand.self,
        ])
}
