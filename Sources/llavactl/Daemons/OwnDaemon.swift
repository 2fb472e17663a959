import Glibc
import Settings
import Storage

/// A daemon that `describe` runs for as long as it waits, where nobody else runs one.
final class OwnDaemon {
    private let process: ChildProcess
    private let logPath: String

    /// Starts `llavad` beside this program, else the one in `PATH`.
    ///
    /// - Parameters:
    ///   - settings: The settings; the model is looked for before anything is started.
    ///   - config: The file given with `--config`.
    /// - Throws: `SettingsError` if no model is set, `CommandFailure` if there is no `llavad`.
    init(_ settings: DaemonSettings, config: String?) throws {
        _ = try settings.model.files(stateDirectory: settings.stateDirectory)
        mkdir(settings.stateDirectory, 0o755)
        logPath = settings.stateDirectory + "/describe.log"
        let beside = Self.ownFolder.map { $0 + "/llavad" }
        let executable = beside.flatMap { access($0, X_OK) == 0 ? $0 : nil } ?? "llavad"
        process = try ChildProcess(
            executable, config.map { ["--config", $0] } ?? [], logPath: logPath)
    }

    /// Fails if the daemon has ended although nobody asked it to.
    func requireRunning() throws(CommandFailure) {
        guard let code = process.exitCode() else { return }
        let reason = lastLine.map { ": " + $0 } ?? ""
        throw CommandFailure(
            code == ExitStatus.configuration.rawValue ? .configuration : .unavailable,
            "llavad stopped with exit code \(code)\(reason) (all it said is in \(logPath))")
    }

    /// Asks the daemon to finish what it has begun; a second time, to stop at once.
    func stop() {
        process.signal(SIGTERM)
    }

    /// Waits until the daemon has ended; passes further signals of the person on.
    func waitUntilStopped() async {
        var known = Interrupts.count
        while process.exitCode() == nil {
            if Interrupts.count > known {
                known = Interrupts.count
                stop()
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The folder this program lies in, links resolved.
    private static var ownFolder: String? {
        guard let buffer = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(buffer) }
        return GivenPath.parent(of: String(cString: buffer))
    }

    /// The last line the daemon logged.
    private var lastLine: String? {
        let file = open(logPath, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: 4096)
        lseek(file, max(0, size - off_t(bytes.count)), SEEK_SET)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return bytes[..<count].split(separator: 0x0A).last.map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
