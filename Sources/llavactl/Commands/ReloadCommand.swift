import ArgumentParser
import Glibc
import Storage

/// `reload`: the daemons of this machine read their settings again.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Let the daemons of this machine read their settings again.")

    @OptionGroup var shared: SharedOptions

    func run() async throws {
        // A daemon refuses a broken file by itself; saying so here is sooner.
        _ = try shared.settings()
        try await shared.withDatabase { database, _ in
            let live = try LiveDaemons()
            let daemons = try await live.alive(in: database)
            let here = daemons.filter(live.isHere)
            guard !here.isEmpty else {
                throw CommandFailure(
                    .unavailable, "no daemon runs on this machine: systemctl start llavad")
            }
            for daemon in here where kill(daemon.identity.pid, SIGHUP) != 0 {
                throw CommandFailure(
                    .someFailed,
                    "process \(daemon.identity.pid) cannot be signalled "
                        + "(\(String(cString: strerror(errno)))): systemctl reload llavad as root")
            }
            try report(here, elsewhere: daemons.count - here.count)
        }
    }

    private func report(_ reloaded: [DaemonRow], elsewhere: Int) throws {
        let pids = reloaded.map(\.identity.pid)
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(
                JSONText.object([
                    "reloaded": .array(pids.map { .number($0) }),
                    "elsewhere": .number(elsewhere),
                ]).text)
        } else {
            try sink.line("Reloading: " + pids.map { "\($0)" }.joined(separator: ", "))
            if elsewhere > 0 {
                try sink.line("\(elsewhere) more on other hosts: run llavactl reload there")
            }
        }
        try sink.flush()
    }
}
