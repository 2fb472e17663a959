import ArgumentParser

/// Everything a person types about llavad.
@main
struct Llavactl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llavactl",
        abstract: "Describe pictures with LLaVA, and look after the jobs and answers.",
        groupedSubcommands: [
            CommandGroup(
                name: "Pictures",
                subcommands: [DescribeCommand.self, EnqueueCommand.self, WatchCommand.self]),
            CommandGroup(
                name: "Work",
                subcommands: [
                    StatusCommand.self, TopCommand.self, JobsCommand.self, JobCommand.self,
                    RetryCommand.self, CancelCommand.self, PauseCommand.self, ResumeCommand.self,
                    DrainCommand.self, ReloadCommand.self,
                ]),
            CommandGroup(
                name: "Answers",
                subcommands: [
                    ResultsCommand.self, ShowCommand.self, SearchCommand.self,
                    ExportCommand.self, SqlCommand.self,
                ]),
            CommandGroup(
                name: "Models and presets",
                subcommands: [
                    AskCommand.self, ModelCommand.self, ImageCommand.self, PresetsCommand.self,
                    BenchCommand.self,
                ]),
            CommandGroup(name: "Help", subcommands: [DoctorCommand.self]),
        ])

    /// Runs the verb and ends with its exit code.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Ending(of: error).leave()
        }
    }
}
