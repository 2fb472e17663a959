import ArgumentParser
import Glibc

/// The daemon: describes the pictures of a queue until told to stop.
@main
struct Llavad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llavad",
        abstract: "Describes pictures with LLaVA and keeps the answers in PostgreSQL.",
        discussion: """
            Runs in the foreground and logs to standard error. SIGTERM or SIGINT finishes what \
            has begun, a second one gives it back at once; SIGHUP reads the settings again; \
            SIGUSR1 logs one line of JSON about what is being done.
            """)

    @Option(
        help: ArgumentHelp(
            "The settings; else $LLAVA_CONFIG, else /etc/llavad/llavad.yaml if it exists.",
            valueName: "file"))
    var config: String?

    /// Starts the daemon on other threads; this one waits for signals until the process ends.
    func run() throws {
        // Before any other thread exists, because threads inherit what is blocked.
        let signals = ProcessSignals.takeOver()
        let daemon = Daemon(configPath: config)
        Task { Glibc.exit(await daemon.run().rawValue) }
        while true { daemon.receive(signals.next()) }
    }
}
