import ArgumentParser

/// `presets list|show|add|test`: the questions.
struct PresetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presets", abstract: "List, add and try presets of questions.",
        subcommands: [
            PresetsListCommand.self, PresetsShowCommand.self, PresetsAddCommand.self,
            PresetsTestCommand.self,
        ])
}
