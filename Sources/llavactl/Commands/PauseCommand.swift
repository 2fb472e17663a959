import ArgumentParser
import Storage

/// `pause`: daemons finish what they have and claim nothing more.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Let daemons finish what they have begun and take nothing more.")

    @OptionGroup var shared: SharedOptions

    @Option(help: "Only the daemons of this host.")
    var host: String?

    func run() async throws {
        try await shared.withDatabase { database, _ in
            try await database.pause(host: host)
            let sink = FileSink.standardOutput()
            try sink.line(
                shared.json
                    ? JSONText.object(["paused": .string(host ?? "*")]).text
                    : "Paused \(host ?? "all hosts"); llavactl resume to go on")
            try sink.flush()
        }
    }
}
