internal import FoundationEssentials
internal import Glibc

extension DaemonIdentity {
    /// This process.
    ///
    /// - Returns: The identity, from the kernel.
    /// - Throws: `StorageError` of the kind `value` if `/proc` cannot be read.
    public static func current() throws(StorageError) -> DaemonIdentity {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else {
            throw StorageError(.value, "the host has no name: set one with hostname(1)")
        }
        let host = String(
            decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let boot = readSmallFile("/proc/sys/kernel/random/boot_id"),
            let start = startTime(of: getpid())
        else {
            throw StorageError(.value, "/proc cannot be read: mount it, llavad needs it")
        }
        let boots = boot.filter { !$0.isWhitespace }
        let namespace =
            (try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/ns/pid")) ?? "pid:[unknown]"
        return DaemonIdentity(
            host: host, bootID: "\(boots)/\(namespace)", pid: getpid(), pidStart: start)
    }

    /// Whether a process of this pid and start time exists in our pid namespace.
    var isRunning: Bool { Self.startTime(of: pid) == pidStart }

    /// Field 22 of `/proc/PID/stat`, counted after the command's closing parenthesis because the
    /// command may hold blanks (proc(5)).
    private static func startTime(of pid: Int32) -> Int64? {
        guard let stat = readSmallFile("/proc/\(pid)/stat"),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        // Field 3, the state, comes first here. A zombie has ended.
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return Int64(fields[19])
    }

    private static func readSmallFile(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
