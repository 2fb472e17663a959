import ArgumentParser
import Storage

/// `sql [-- psql arguments]`: psql on the right database.
struct SqlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Open psql on the database, or run it with arguments after --.",
        discussion: """
            For example: llavactl sql -- -c 'SELECT count(*) FROM llava.result'. With --json, \
            psql leaves out headings and frames, for queries that make JSON themselves.
            """)

    @OptionGroup var shared: SharedOptions

    @Argument(parsing: .postTerminator, help: "What psql is to be given.")
    var arguments: [String] = []

    func run() async throws {
        let code = try await shared.withDatabase { database, settings -> Int32 in
            try await PresetCheck.addMissing(to: database, settings)
            let psql = try await database.psqlInvocation()
            // Ctrl-C is psql's: it cancels a query. We stay, to leave the server in order.
            Interrupts.install()
            let child = try ChildProcess(
                psql.executable, psql.arguments + jsonArguments + arguments,
                environment: psql.environment, ownGroup: false)
            while true {
                if let code = child.exitCode() { return code }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        if code != 0 { throw ExitCode(code) }
    }

    /// psql knows CSV and HTML but no JSON: with `--json` the user's query is to make it, so
    /// the values come bare.
    private var jsonArguments: [String] { shared.json ? ["-X", "-A", "-t"] : [] }
}
