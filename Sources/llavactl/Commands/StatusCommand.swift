import ArgumentParser
import Storage

/// `status`: how far the work is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show jobs by state, rate, time left and daemons.")

    @OptionGroup var shared: SharedOptions

    func run() async throws {
        try await shared.withDatabase { database, _ in
            let report = try await StatusReport.read(from: database)
            let sink = FileSink.standardOutput()
            if shared.json {
                try sink.line(report.json.text)
            } else {
                for line in report.lines(terminal: .standardOutput) { try sink.line(line) }
            }
            try sink.flush()
        }
    }
}
