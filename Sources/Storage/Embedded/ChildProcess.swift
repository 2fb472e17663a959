internal import CSystem
internal import Glibc
internal import Synchronization

/// Programs started by posix_spawn(3): no shell, a small environment, no inherited signals.
enum ChildProcess {
    /// Servers this process started and has not reaped yet.
    private static let servers = Mutex<Set<pid_t>>([])

    /// Where a child's output goes.
    enum Output {
        /// To an open file, both output and errors.
        case file(Int32)
        /// To an open file; errors are dropped.
        case capture(Int32)
    }

    /// Starts a program that goes on when we end: in a session of its own, so that a terminal's
    /// Ctrl-C does not reach it.
    static func startServer(
        _ arguments: [String], log: Int32
    ) throws(StorageError) -> pid_t {
        let pid = try spawn(
            arguments, input: "/dev/null", output: .file(log),
            newSession: true)
        servers.withLock { _ = $0.insert(pid) }
        return pid
    }

    /// Runs a program to its end.
    ///
    /// - Returns: The exit status; 128 + the signal's number if one ended it.
    static func run(
        _ arguments: [String], input: String = "/dev/null", log: Int32
    ) throws(StorageError) -> Int32 {
        let pid = try spawn(
            arguments, input: input, output: .file(log), newSession: false)
        return wait(pid)
    }

    /// What a program prints, at most 64 KiB.
    static func output(of arguments: [String]) throws(StorageError) -> String {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw StorageError(.embedded, "pipe failed: raise the limit on open files")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let pid: pid_t
        do throws(StorageError) {
            pid = try spawn(
                arguments, input: "/dev/null", output: .capture(ends[1]),
                newSession: false)
        } catch {
            close(ends[1])
            throw error
        }
        close(ends[1])
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while text.count < 1 << 16 {
            let count = read(ends[0], &buffer, buffer.count)
            if count <= 0 { break }
            text += buffer[..<count]
        }
        _ = wait(pid)
        return String(decoding: text, as: UTF8.self)
    }

    /// The exit status of a server of ours if it has ended; also lets go of it.
    static func exitStatus(ofServer pid: pid_t) -> Int32? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        servers.withLock { _ = $0.remove(pid) }
        return decode(status)
    }

    /// Lets go of servers of ours that have ended.
    static func reap() {
        for pid in servers.withLock({ $0 }) { _ = exitStatus(ofServer: pid) }
    }

    private static func wait(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return decode(status)
    }

    /// WIFEXITED and its kin are macros Swift does not see: wait(2), bits of the status word.
    private static func decode(_ status: Int32) -> Int32 {
        status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    private static func spawn(
        _ command: [String], input: String, output: Output, newSession: Bool
    ) throws(StorageError) -> pid_t {
        // The server's user may not be allowed where we are. glibc's own way to say so,
        // posix_spawn_file_actions_addchdir_np, is not in Swift's Glibc module.
        let program = "/usr/bin/env"
        let arguments = [program, "--chdir=/"] + command
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        switch output {
        case .file(let descriptor):
            posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
            posix_spawn_file_actions_adddup2(&actions, descriptor, 2)
        case .capture(let descriptor):
            posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }

        // A server that kept our pipes and sockets open would hold up whoever waits for their end.
        let closing = csystem_close_from(&actions, 3)
        precondition(closing == 0, "posix_spawn actions take a closefrom: \(closing)")

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Our threads block signals; a server must get them all.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // POSIX_SPAWN_SETSID is 0x80 in glibc's spawn.h, behind a feature macro.
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (newSession ? 0x80 : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        // PG* variables of ours would change the server's settings.
        let environment = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/"]
        var pid = pid_t()
        let status = withArray(arguments) { argv in
            withArray(environment) { envp in
                posix_spawn(&pid, program, &actions, &attributes, argv, envp)
            }
        }
        guard status == 0 else {
            throw StorageError(
                .embedded, "\(program) cannot be started: \(String(cString: strerror(status)))")
        }
        return pid
    }

    private static func withArray<Result>(
        _ texts: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = texts.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else {
                preconditionFailure("an array of C strings has at least its terminator")
            }
            return body(base)
        }
    }
}
