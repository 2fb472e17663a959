internal import FoundationEssentials
internal import Glibc

/// What a running server writes into `postmaster.pid` (PostgreSQL, src/include/utils/pidfile.h).
struct PostmasterFile {
    let pid: pid_t
    let socketDirectory: String
    /// `starting`, `stopping`, `ready` or `standby`; empty when not written yet.
    let status: String

    /// Reads the file of a data directory; `nil` if there is none or it is not complete yet.
    init?(dataDirectory: String) {
        guard let data = FileManager.default.contents(atPath: dataDirectory + "/postmaster.pid")
        else { return nil }
        let lines = String(decoding: data, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let pid = pid_t(first), pid > 0 else { return nil }
        self.pid = pid
        socketDirectory = lines.count > 4 ? String(lines[4]) : ""
        status = lines.count > 7 ? lines[7].filter { !$0.isWhitespace } : ""
    }

    /// Whether the process is there and works in the data directory: a pid may have been given to
    /// another program since.
    func isRunning(in dataDirectory: String) -> Bool {
        guard
            let directory = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(pid)/cwd")
        else {
            // A zombie has no working directory; neither has a process that is not ours to see.
            return kill(pid, 0) != 0 && errno == EPERM
        }
        guard let real = realpath(dataDirectory, nil) else { return false }
        defer { free(real) }
        return directory == String(cString: real)
    }
}
