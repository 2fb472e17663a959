import Glibc

/// A socket that takes connections of people who want to know how the daemon is.
struct ListeningSocket: Sendable {
    /// What a connection is answered with.
    enum Reply: Sendable {
        /// One line of JSON, without a question.
        case state
        /// An HTTP response with metrics.
        case metrics
    }

    let descriptor: CInt
    let reply: Reply

    private static let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    private static let backlog: CInt = 16

    /// Listens on `HOST:PORT`.
    ///
    /// - Throws: `StartFailure` if nobody may or can listen there.
    static func metrics(at address: String) throws(StartFailure) -> ListeningSocket {
        guard let colon = address.lastIndex(of: ":") else {
            throw StartFailure(.configuration, "metrics.address is '\(address)': give HOST:PORT.")
        }
        let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(
            host.isEmpty ? nil : host, String(address[address.index(after: colon)...]), &hints,
            &found)
        guard code == 0, let found else {
            throw StartFailure(
                .configuration,
                "metrics.address '\(address)': \(String(cString: gai_strerror(code))).")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(found.pointee.ai_family, kind, 0)
        var yes: CInt = 1
        setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
            listen(descriptor, backlog) == 0
        else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw StartFailure(.configuration, "metrics.address '\(address)': \(reason).")
        }
        return ListeningSocket(descriptor: descriptor, reply: .metrics)
    }

    /// Listens on a Unix socket that the daemon's user and one group may use.
    ///
    /// - Throws: `StartFailure` if that cannot be, or if another daemon answers there.
    static func state(at path: String, group: String?) throws(StartFailure) -> ListeningSocket {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw StartFailure(
                .configuration,
                "control.socket '\(path)' is longer than the 107 bytes a socket's path may have.")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let descriptor = socket(AF_UNIX, kind, 0)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> CInt in
                let length = socklen_t(MemoryLayout<sockaddr_un>.size)
                // What a dead daemon left answers nobody.
                let probe = socket(AF_UNIX, kind, 0)
                defer { close(probe) }
                if connect(probe, pointer, length) == 0 { return EADDRINUSE }
                unlink(path)
                return bind(descriptor, pointer, length) == 0 ? 0 : errno
            }
        }
        guard status == 0, chmod(path, 0o660) == 0, listen(descriptor, backlog) == 0 else {
            close(descriptor)
            let reason = String(cString: strerror(status == 0 ? errno : status))
            throw StartFailure(.configuration, "control.socket '\(path)': \(reason).")
        }
        if let group {
            guard let entry = getgrnam(group), chown(path, .max, entry.pointee.gr_gid) == 0 else {
                close(descriptor)
                throw StartFailure(
                    .configuration,
                    "control.group '\(group)' does not exist or the daemon's user is not in it.")
            }
        }
        return ListeningSocket(descriptor: descriptor, reply: .state)
    }
}
