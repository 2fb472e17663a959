import ArgumentParser

/// `model info|tokenize`: looks into model files.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Look into model files.",
        subcommands: [ModelInfoCommand.self, ModelTokenizeCommand.self])
}
