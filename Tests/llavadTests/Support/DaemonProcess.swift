import Foundation
import Testing

/// A real `llavad` in a process of its own, with a small random model and an embedded database
/// in a folder that goes with it.
final class DaemonProcess {
    /// The settings, the state and the pictures of one test.
    struct Home: Sendable {
        let path: String

        init(settings extra: String = "") throws {
            // Not the user's own temporary folder: the embedded server may run as another user.
            path = "/tmp/llavad-process-\(getpid())-\(UInt32.random(in: 0 ... .max))"
            try FileManager.default.createDirectory(
                atPath: path + "/pictures", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
            let models = Self.root.appendingPathComponent("Tests/Fixtures/engine/models").path
            let settings = """
                state: \(path)/state
                model:
                  text: \(models)/mlp-gqa-q8_0.text.gguf
                  mmproj: \(models)/mlp-gqa-q8_0.mmproj.gguf
                  template: vicuna_v1
                \(extra)
                """
            try Data(settings.utf8).write(to: URL(fileURLWithPath: settingsFile))
        }

        var settingsFile: String { path + "/llavad.yaml" }
        var stateDirectory: String { path + "/state" }

        static let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()

        /// Makes pictures that differ in their bytes: JPEG ignores what follows its end.
        func pictures(_ count: Int) throws -> [String] {
            let source = Self.root.appendingPathComponent("Tests/Fixtures/images/jpeg-8x8.jpg")
            let bytes = try Data(contentsOf: source)
            return try (0..<count).map { number in
                let file = "\(path)/pictures/p\(number).jpg"
                try (bytes + Data("\(number)".utf8)).write(to: URL(fileURLWithPath: file))
                return file
            }
        }

        func remove() {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private let pid: pid_t
    private var status: CInt?
    private let logFile: String

    init(_ home: Home) throws {
        logFile = home.path + "/log-\(UInt32.random(in: 0 ... .max))"
        // The test program and the daemon lie in the same folder.
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("llavad").path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 2, logFile, O_WRONLY | O_CREAT, 0o600)
        let words = [program, "--config", home.settingsFile]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        let code = posix_spawn(&child, program, &actions, nil, &arguments, environ)
        guard code == 0 else { throw StoppedEarly(log: String(cString: strerror(code))) }
        pid = child
    }

    var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    func signal(_ number: CInt) {
        kill(pid, number)
    }

    /// Whether the process has ended; then `status` tells how.
    private func hasEnded() -> Bool {
        if status != nil { return true }
        var status: CInt = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return false }
        self.status = status
        return true
    }

    /// Waits for the process to end: its exit code, or minus the signal that killed it.
    func exitCode() async throws -> CInt {
        try await until("the daemon has ended") { hasEnded() }
        let status = try #require(status)
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }

    /// Waits until the daemon says that it works.
    func waitUntilReady() async throws {
        try await until("the daemon is ready: \(logFile)") {
            if hasEnded() { throw StoppedEarly(log: log) }
            return log.contains(": ready")
        }
    }

    deinit {
        guard !hasEnded() else { return }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }
}

/// A daemon ended that was to start.
struct StoppedEarly: Error {
    let log: String
}

/// Waits until a condition holds; fails the test after two minutes.
func until(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("after 120 s still not: \(what)")
            throw CancellationError()
        }
        // The condition is another process's doing: there is no signal to wait for.
        try await Task.sleep(for: .milliseconds(20))
    }
}
