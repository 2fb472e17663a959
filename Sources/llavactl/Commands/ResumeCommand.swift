import ArgumentParser
import Storage

/// `resume`: the end of `pause` and `drain`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let paused daemons go on.")

    @OptionGroup var shared: SharedOptions

    @Option(help: "Only the daemons of this host.")
    var host: String?

    func run() async throws {
        try await shared.withDatabase { database, _ in
            try await database.resume(host: host)
            let paused = try await database.status().pausedHosts
            let sink = FileSink.standardOutput()
            if shared.json {
                try sink.line(
                    JSONText.object([
                        "resumed": .string(host ?? "*"), "paused": .strings(paused),
                    ]).text)
            } else if paused.isEmpty {
                try sink.line("Nothing is paused any more")
            } else {
                let hosts = paused.map { $0 == "*" ? "all hosts" : $0 }
                try sink.line("Resumed; still paused: " + hosts.joined(separator: ", "))
            }
            try sink.flush()
        }
    }
}
