import ArgumentParser

/// `model info|import|tokenize`: looks into model files, and writes them.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Look into model files, and convert them.",
        subcommands: [ModelInfoCommand.self, ModelImportCommand.self, ModelTokenizeCommand.self])
}
