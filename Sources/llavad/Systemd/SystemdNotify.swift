import Glibc

/// Tells the service manager what state the daemon is in (sd_notify(3)), without its library.
///
/// The protocol is one datagram of `NAME=VALUE` lines to the socket named by `NOTIFY_SOCKET`.
/// Without such a socket every call does nothing.
struct SystemdNotify: Sendable {
    private let path: [UInt8]?
    /// How often the manager wants to hear WATCHDOG=1; `nil` if it does not watch.
    let watchdog: Duration?

    /// Reads what the manager left in the environment.
    init(environment: [String: String]) {
        path = environment["NOTIFY_SOCKET"].flatMap { name in
            // A path, or a name outside the file system, written with '@' for its leading NUL.
            guard name.hasPrefix("/") || name.hasPrefix("@") else { return nil }
            var bytes = Array(name.utf8)
            if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
            return bytes
        }
        let isForUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        let interval = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
        watchdog = isForUs ? interval.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
    }

    /// Whether anybody listens.
    var isHeard: Bool { path != nil }

    /// The daemon works.
    func ready() { send("READY=1") }

    /// The daemon reads its settings again; `ready` ends it.
    func reloading() { send("RELOADING=1") }

    /// The daemon stops.
    func stopping() { send("STOPPING=1") }

    /// The daemon makes progress.
    func ping() { send("WATCHDOG=1") }

    /// What `systemctl status` shows.
    func status(_ text: String) { send("STATUS=" + text.filter { !$0.isNewline }) }

    /// Starting or stopping takes longer than the unit says, by this much from now.
    func extendTimeout(_ time: Duration) {
        send("EXTEND_TIMEOUT_USEC=\(Int64(time / .microseconds(1)))")
    }

    private func send(_ message: String) {
        guard let path else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let file = socket(AF_UNIX, kind, 0)
        guard file >= 0 else { return }
        defer { close(file) }
        let length = MemoryLayout<sa_family_t>.size + path.count
        let bytes = Array(message.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                // A manager that does not listen is no reason to fail.
                _ = sendto(
                    file, bytes, bytes.count, CInt(MSG_NOSIGNAL), pointer,
                    socklen_t(length))
            }
        }
    }
}
