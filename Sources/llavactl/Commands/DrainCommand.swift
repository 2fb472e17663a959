import ArgumentParser
import Storage

/// `drain`: `pause`, and wait until nothing runs.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Pause all daemons and wait until nothing runs any more.")

    @OptionGroup var shared: SharedOptions

    @Option(help: "Give up after so many seconds; 0 waits for ever.")
    var timeout: Int = 0

    func validate() throws {
        guard timeout >= 0 else { throw ValidationError("--timeout takes 0 or more seconds.") }
    }

    func run() async throws {
        Interrupts.install()
        try await shared.withDatabase { database, _ in
            try await database.pause()
            let start = ContinuousClock.now
            let running = JobFilter(states: [.running])
            var left = try await database.counts(running).total
            while left > 0 {
                if timeout > 0, ContinuousClock.now - start >= .seconds(timeout) {
                    throw CommandFailure(
                        .someFailed,
                        "\(left) jobs still run after \(timeout) s: wait longer, or stop the "
                            + "daemon, which gives them back")
                }
                try await Interrupts.sleep(for: .milliseconds(500))
                if Interrupts.count > 0 {
                    throw CommandFailure(
                        .interrupted,
                        "\(left) jobs still run, all hosts stay paused: llavactl resume to go on")
                }
                left = try await database.counts(running).total
            }
            let sink = FileSink.standardOutput()
            try sink.line(
                shared.json
                    ? JSONText.object(["paused": .string("*"), "running": .integer(0)]).text
                    : "Nothing runs; llavactl resume to go on")
            try sink.flush()
        }
    }
}
