import CSystem
import Glibc

/// A program started beside this one.
final class ChildProcess {
    /// The process id.
    let pid: pid_t
    private var ended: Int32?

    /// Starts a program in a process group of its own, so that Ctrl-C reaches only us and the
    /// program is stopped in an orderly way.
    ///
    /// - Parameters:
    ///   - executable: Its path, or a name to look up in `PATH`.
    ///   - arguments: Its arguments, without its name.
    ///   - environment: What to add to our own environment.
    ///   - logPath: Where its standard output and error go; `nil` means where ours go.
    ///   - ownGroup: Whether it gets a process group of its own.
    /// - Throws: `CommandFailure` if it cannot be started.
    init(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:],
        logPath: String? = nil, ownGroup: Bool = true
    ) throws(CommandFailure) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        if let logPath {
            let flags = O_WRONLY | O_CREAT | O_TRUNC
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, logPath, flags, 0o600)
            posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        }
        // A daemon that kept our pipes open would hold up whoever waits for their end.
        let closing = csystem_close_from(&actions, 3)
        precondition(closing == 0, "posix_spawn actions take a closefrom: \(closing)")
        if ownGroup {
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
            posix_spawnattr_setpgroup(&attributes, 0)
        }
        var pid = pid_t()
        let status = Self.withStrings([executable] + arguments) { argv in
            Self.withStrings(Self.merged(environment)) { envp in
                posix_spawnp(&pid, executable, &actions, &attributes, argv, envp)
            }
        }
        guard status == 0 else {
            throw CommandFailure(
                .unavailable,
                "\(executable) cannot be started (\(String(cString: strerror(status)))): "
                    + "install it")
        }
        self.pid = pid
    }

    /// How it ended, as a shell counts: its exit code, or 128 + its signal; `nil` while it runs.
    func exitCode() -> Int32? {
        reap(WNOHANG)
        return ended
    }

    /// Sends it a signal, unless it has ended.
    func signal(_ number: Int32) {
        if exitCode() == nil { kill(pid, number) }
    }

    /// Blocks until it ends; for a thread that has nothing else to do.
    func waitBlocking() -> Int32 {
        while ended == nil { reap(0) }
        return ended ?? 0
    }

    private func reap(_ options: Int32) {
        guard ended == nil else { return }
        var status: Int32 = 0
        let result = waitpid(pid, &status, options)
        if result == pid {
            let signal = status & 0x7F
            ended = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        } else if result < 0 && errno != EINTR {
            ended = 0
        }
    }

    private static func merged(_ additions: [String: String]) -> [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            if additions[String(name)] == nil { entries.append(text) }
            next += 1
        }
        return entries + additions.map { "\($0.key)=\($0.value)" }
    }

    private static func withStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
