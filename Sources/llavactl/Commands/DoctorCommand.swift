import ArgumentParser
import Settings
import Storage

/// `doctor`: why something does not work, and what to do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check everything llavad needs, and say what to do.")

    @OptionGroup var shared: SharedOptions

    func run() async throws {
        let findings = await examine()
        let sink = FileSink.standardOutput()
        if shared.json {
            let rows = findings.map { finding in
                JSONText.object([
                    "check": .string(finding.subject), "status": .string(finding.level.rawValue),
                    "message": .string(finding.message),
                ])
            }
            try sink.line(JSONText.array(rows).text)
        } else {
            for finding in findings {
                let subject = DisplayWidth.padded(finding.subject, to: 10)
                let level = DisplayWidth.padded(finding.level.rawValue, to: 5)
                try sink.line(level + subject + finding.message)
            }
        }
        try sink.flush()
        if findings.contains(where: { $0.level == .fail }) {
            throw CommandFailure(.someFailed, nil)
        }
    }

    private func examine() async -> [Finding] {
        let machine = [MachineChecks.processor(), MachineChecks.inotify()]
        let programs = [ProgramChecks.psql(), ProgramChecks.daemon()]
        let settings: DaemonSettings
        do {
            settings = try shared.settings()
        } catch {
            return [Finding("settings", .fail, error.description)] + machine + programs
        }
        let file = settings.file ?? "none, the built-in values hold"
        var findings = [Finding("settings", .ok, file)] + machine + programs
        findings.append(ProgramChecks.server(settings))
        findings.append(MachineChecks.stateFolder(settings.stateDirectory))
        findings += ModelCheck.model(settings)
        findings += await database(settings)
        return findings
    }

    private func database(_ settings: DaemonSettings) async -> [Finding] {
        do {
            return try await shared.withDatabase { database, _ in
                try await database.ping()
                let alive = try await LiveDaemons().alive(in: database)
                let paused = try await database.status().pausedHosts
                var findings = [
                    Finding(
                        "database", .ok,
                        settings.database == "embedded" ? "embedded" : "reachable")
                ]
                findings.append(
                    alive.isEmpty
                        ? Finding("daemon", .warn, "none runs: systemctl start llavad")
                        : Finding("daemon", .ok, "\(alive.count) running"))
                if !paused.isEmpty {
                    findings.append(Finding("daemon", .warn, "paused: llavactl resume"))
                }
                return findings
            }
        } catch {
            return [Finding("database", .fail, "\(error)")]
        }
    }
}
