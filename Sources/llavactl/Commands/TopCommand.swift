import ArgumentParser
import Storage

/// `top`: `status`, again and again.
struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Show the status again and again, until Ctrl-C.")

    @OptionGroup var shared: SharedOptions

    @Option(help: "Seconds between two looks.")
    var interval: Double = 2

    @Option(name: .shortAndLong, help: "How many looks to take; 0 for no end.")
    var number: Int = 0

    func validate() throws {
        guard interval >= 0.2, interval <= 3600 else {
            throw ValidationError("--interval takes 0.2 to 3600 seconds, not \(interval).")
        }
        guard number >= 0 else { throw ValidationError("--number takes 0 or more.") }
    }

    func run() async throws {
        // Ctrl-C is the way out, and leaves the database in order.
        Interrupts.install()
        try await shared.withDatabase { database, _ in
            let terminal = Terminal.standardOutput
            let sink = FileSink.standardOutput()
            var looks = 0
            while true {
                let report = try await StatusReport.read(from: database)
                if shared.json {
                    try sink.line(report.json.text)
                } else {
                    try show(report.lines(terminal: terminal), on: terminal, sink)
                }
                try sink.flush()
                looks += 1
                if looks == number { return }
                try await Interrupts.sleep(for: .seconds(interval))
                if Interrupts.count > 0 { return }
            }
        }
    }

    private func show(_ lines: [String], on terminal: Terminal, _ sink: FileSink) throws {
        // Home, then clear each line's rest and everything below: no flicker.
        if terminal.isTerminal { try sink.write("\u{1B}[H") }
        for line in lines { try sink.line(line + (terminal.isTerminal ? "\u{1B}[K" : "")) }
        try sink.write(terminal.isTerminal ? "\u{1B}[J" : "\n")
    }
}
