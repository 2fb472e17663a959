import Foundation
import Storage
import Testing

/// The program as its users meet it: a process, signals, exit codes, rows.
@Suite(.serialized) struct DaemonTests {
    @Test func aKilledDaemonLosesNothingAndRepeatsNothing() async throws {
        let home = try DaemonProcess.Home()
        defer { home.remove() }
        let first = try DaemonProcess(home)
        try await first.waitUntilReady()
        let database = try await Database.open(
            .embedded(stateDirectory: home.stateDirectory), applicationName: "test")
        let pictures = try home.pictures(24)
        _ = try await database.enqueue(
            pictures.map { NewJob(path: $0) }, presets: ["brief", "tags"])

        // Three daemons die at whatever they are doing, the fourth may finish.
        var daemon = first
        for done in [2, 6, 10] {
            try await until("\(done) jobs are done") {
                try await database.counts()[.done] >= done
            }
            daemon.signal(SIGKILL)
            #expect(try await daemon.exitCode() == -SIGKILL)
            daemon = try DaemonProcess(home)
            try await daemon.waitUntilReady()
        }
        try await until("all jobs are done") { try await database.counts()[.done] == 24 }
        let results = try await database.results()
        #expect(results.count == 48)
        #expect(Set(results.map { "\($0.sha256) \($0.preset) \($0.question)" }).count == 48)
        #expect(Set(results.map(\.path)) == Set(pictures))
        let epochs = try await database.daemons(includingDead: true)
        #expect(epochs.filter { !$0.isDead }.count == 1)

        daemon.signal(SIGTERM)
        #expect(try await daemon.exitCode() == 0)
        #expect(daemon.log.contains("stopped"))
        #expect(try await database.daemons().isEmpty)
        await database.close()
    }

    @Test func twoSignalsEndItAtOnceAndReturnItsJobs() async throws {
        let home = try DaemonProcess.Home(settings: "workers: {count: 2, threads: 1}")
        defer { home.remove() }
        let daemon = try DaemonProcess(home)
        try await daemon.waitUntilReady()
        let database = try await Database.open(
            .embedded(stateDirectory: home.stateDirectory), applicationName: "test")
        // Thousands of questions, so that the daemon is in the middle of its work.
        _ = try await database.addPreset(try longPreset(questions: 64))
        _ = try await database.enqueue(
            try home.pictures(8).map { NewJob(path: $0) }, presets: ["long"])
        try await until("jobs run") { try await database.counts()[.running] >= 2 }
        daemon.signal(SIGTERM)
        daemon.signal(SIGUSR1)
        try await until("it drains") { daemon.log.contains("stopping") }
        let start = ContinuousClock.now
        daemon.signal(SIGTERM)
        let code = try await daemon.exitCode()
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(code == 0 || code == 1)
        #expect(daemon.log.contains("\"phase\":"))
        try await until("the jobs are back") { try await database.counts()[.running] == 0 }
        #expect(try await database.jobs().allSatisfy { $0.attempts == 0 })
        await database.close()
    }

    private func longPreset(questions count: Int) throws -> NewPreset {
        let names = (0..<count).map { "q\($0)" }
        let body = names.map { "{\"name\":\"\($0)\",\"prompt\":\"Say it.\",\"max_tokens\":400}" }
        return NewPreset(
            name: "long",
            body: """
                {"name":"long","summary":"","questions":[\(body.joined(separator: ","))],\
                "sampling":{"temperature":0,"top_p":1,"seed":0}}
                """, questions: names)
    }

    @Test func wrongSettingsEndItWithSeventyEight() async throws {
        let home = try DaemonProcess.Home(settings: "workres: {count: 1}")
        defer { home.remove() }
        let daemon = try DaemonProcess(home)
        #expect(try await daemon.exitCode() == 78)
        #expect(daemon.log.contains("workers"))
    }

    @Test func aMissingModelIsNamedBeforeAnythingStarts() async throws {
        let home = try DaemonProcess.Home()
        defer { home.remove() }
        try Data("state: \(home.stateDirectory)".utf8)
            .write(to: URL(fileURLWithPath: home.settingsFile))
        let daemon = try DaemonProcess(home)
        #expect(try await daemon.exitCode() == 78)
        #expect(daemon.log.contains("model.text"))
        #expect(!FileManager.default.fileExists(atPath: home.stateDirectory + "/postgres"))
    }
}
