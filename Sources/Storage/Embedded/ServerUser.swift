internal import Glibc

/// The operating system's user an embedded server runs as: ourselves, unless we are root, whom
/// PostgreSQL refuses.
struct ServerUser: Sendable, Equatable {
    let uid: uid_t
    let gid: gid_t
    let name: String

    /// Whether the server must be started under another user than ours.
    var isSomeoneElse: Bool { uid != geteuid() }

    /// Whom the server is to run as.
    ///
    /// Root takes the owner of the state directory,
    /// so that a service's own user gets along with it, else `postgres`, else `nobody`.
    static func choose(
        stateDirectory: String, dataDirectory: String
    ) throws(StorageError) -> ServerUser {
        guard geteuid() == 0 else { return user(geteuid()) }
        for path in [dataDirectory, stateDirectory] {
            if let owner = FileStatus(path)?.owner, owner != 0 { return user(owner) }
        }
        for name in ["postgres", "nobody"] {
            if let user = user(named: name) { return user }
        }
        throw StorageError(
            .embedded,
            "PostgreSQL refuses to run as root and there is no user 'postgres' or 'nobody': "
                + "install postgresql, or give the state directory \(stateDirectory) to a user")
    }

    /// The words before a command that make it run as this user.
    func prefix() throws(StorageError) -> [String] {
        guard isSomeoneElse else { return [] }
        let program = "/usr/bin/setpriv"
        guard access(program, X_OK) == 0 else {
            throw StorageError(
                .embedded,
                "\(program) is missing, it starts the server as \(name): install util-linux")
        }
        return [program, "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"]
    }

    /// Makes an open file this user's, when we are root.
    func takeOver(_ descriptor: Int32) {
        if isSomeoneElse { _ = fchown(descriptor, uid, gid) }
    }

    /// Makes sure that this user can get to `directory`.
    func requireWay(to directory: String) throws(StorageError) {
        guard isSomeoneElse else { return }
        var path = ""
        for part in [""] + directory.split(separator: "/").map(String.init) {
            path = path.isEmpty ? "/" : (path == "/" ? "/" + part : path + "/" + part)
            guard let status = FileStatus(path) else { return }
            if !status.mayEnter(uid: uid, gid: gid) {
                throw StorageError(
                    .embedded,
                    "the embedded server runs as '\(name)', because PostgreSQL refuses to run as "
                        + "root, and '\(name)' cannot enter \(path): keep the state elsewhere, "
                        + "such as /var/lib/llavad, or allow it with `chmod o+x \(path)`")
            }
        }
    }

    private static func user(_ uid: uid_t) -> ServerUser {
        lookUp { getpwuid_r(uid, $0, $1, $2, $3) }
            ?? ServerUser(uid: uid, gid: getegid(), name: "uid \(uid)")
    }

    private static func user(named name: String) -> ServerUser? {
        lookUp { getpwnam_r(name, $0, $1, $2, $3) }
    }

    private static func lookUp(
        _ call: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32
    ) -> ServerUser? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress,
                call(&entry, base, buffer.count, &found) == 0, found != nil
            else { return nil }
            return ServerUser(
                uid: entry.pw_uid, gid: entry.pw_gid, name: String(cString: entry.pw_name))
        }
    }
}
