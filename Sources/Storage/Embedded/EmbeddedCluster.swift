internal import FoundationEssentials
internal import Glibc

/// The private PostgreSQL cluster below a state directory: `postgres/data`, its socket in
/// `postgres/run`, its log in `postgres/server.log`.
///
/// Authentication is `trust`, and what guards the database is the folder: `postgres` has mode
/// 0700, so nobody but the server's user and root gets to the socket or the files. A map of
/// system users to roles would say the same a second time and fail for root.
///
/// Two lock files order its users. Whoever looks, starts or stops holds `postgres.lock`; whoever
/// uses the server holds `postgres.users` shared, and the last one to leave can tell by getting it
/// alone. The kernel drops the locks of a process that dies, so nothing needs cleaning up.
struct EmbeddedCluster: Sendable {
    let stateDirectory: String
    /// Whether nobody will miss the data after a power cut, for tests: nothing is forced to disk.
    var isThrowaway = false

    /// How long a start, with the recovery after a crash, and a stop may take.
    private static let startLimit: Duration = .seconds(300)
    private static let stopLimit: Duration = .seconds(60)
    /// The longest path a Unix socket can have (unix(7): sun_path has 108 bytes with the NUL).
    static let longestSocketPath = 107
    private static let socketName = "/.s.PGSQL.5432"

    var folder: String { stateDirectory + "/postgres" }
    var dataDirectory: String { folder + "/data" }
    var logFile: String { folder + "/server.log" }

    init(stateDirectory: String) {
        self.stateDirectory =
            stateDirectory.count > 1 && stateDirectory.hasSuffix("/")
            ? String(stateDirectory.dropLast()) : stateDirectory
    }

    // MARK: Users

    /// Makes the directories, if need be, and sees that the server's user gets there.
    func prepareDirectories() throws(StorageError) {
        let isRoot = geteuid() == 0
        if FileStatus(stateDirectory) == nil {
            try serverUser().requireWay(to: stateDirectory)
            do {
                try FileManager.default.createDirectory(
                    atPath: stateDirectory, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: isRoot ? 0o711 : 0o700])
            } catch {
                throw StorageError(
                    .embedded, "the state directory \(stateDirectory) cannot be made: \(error)")
            }
        }
        let user = try serverUser()
        try user.requireWay(to: stateDirectory)
        try makePrivate(folder, for: user)
    }

    /// Waits for the right to look at, start or stop the server.
    func takeTurn() throws(StorageError) -> FileLock {
        let lock = try FileLock(path: stateDirectory + "/postgres.lock", owner: try serverUser())
        try lock.lock(shared: false, limit: Self.startLimit)
        return lock
    }

    /// Becomes a user of the server; call with the turn.
    func join() throws(StorageError) -> FileLock {
        let lock = try FileLock(path: stateDirectory + "/postgres.users", owner: try serverUser())
        try lock.lock(shared: true, limit: .seconds(5))
        return lock
    }

    func serverUser() throws(StorageError) -> ServerUser {
        try ServerUser.choose(stateDirectory: stateDirectory, dataDirectory: folder)
    }

    // MARK: The server

    /// Creates the cluster and starts the server, each if need be; call with the turn.
    ///
    /// - Returns: The connection string.
    func ensureRunning() throws(StorageError) -> String {
        ChildProcess.reap()
        if let conninfo = try adopt() { return conninfo }
        let user = try serverUser()
        if FileStatus(dataDirectory + "/PG_VERSION") == nil { try create(user) }
        return try start(user)
    }

    /// Stops the server: open transactions are rolled back, what is stored is safe; call with the
    /// turn.
    func stop() {
        // SIGINT is a fast shutdown, SIGQUIT an immediate one (postgres(1)).
        for (signal, limit) in [(SIGINT, Self.stopLimit), (SIGQUIT, .seconds(10))] {
            guard let file = PostmasterFile(dataDirectory: dataDirectory),
                file.isRunning(in: dataDirectory)
            else { return }
            kill(file.pid, signal)
            let deadline = ContinuousClock.now + limit
            while ContinuousClock.now < deadline {
                ChildProcess.reap()
                if !file.isRunning(in: dataDirectory) { return }
                usleep(10_000)
            }
        }
    }

    /// The connection string of a server that is running already.
    private func adopt() throws(StorageError) -> String? {
        guard let file = PostmasterFile(dataDirectory: dataDirectory) else { return nil }
        guard file.isRunning(in: dataDirectory) else {
            // Left by a crash. PostgreSQL removes it itself, unless the pid belongs to some other
            // program by now.
            unlink(dataDirectory + "/postmaster.pid")
            return nil
        }
        return try waitUntilReady(spawned: nil)
    }

    private func start(_ user: ServerUser) throws(StorageError) -> String {
        let programs = try ServerPrograms.find(major: try majorVersion())
        let socket = try socketDirectory(user)
        let log = try openLog(user)
        defer { close(log) }
        // A server that was killed may leave processes that hold its shared memory for a moment, and
        // is itself taken for alive by the next one until it has been waited for.
        let deadline = ContinuousClock.now + .seconds(15)
        while true {
            ChildProcess.reap()
            let pid = try ChildProcess.startServer(
                try user.prefix() + [programs.postgres, "-D", dataDirectory, "-k", socket]
                    + serverSettings.flatMap { ["-c", $0] },
                log: log)
            if let conninfo = try waitUntilReady(spawned: pid) { return conninfo }
            guard ContinuousClock.now < deadline else {
                throw StorageError(
                    .embedded,
                    "the embedded server does not start, \(logFile) says: \(endOfLog())")
            }
            usleep(300_000)
        }
    }

    /// Settings of ours; the rest is PostgreSQL's default or in `postgresql.conf`.
    private var serverSettings: [String] {
        [
            "listen_addresses=", "port=5432", "unix_socket_permissions=0700",
            "log_checkpoints=off", "log_line_prefix=%m [%p] ",
            // Compiling queries takes longer than our small ones run.
            "jit=off",
        ] + (isThrowaway ? ["fsync=off", "max_connections=200"] : [])
    }

    /// Waits for the server; `nil` if the one we started ended instead.
    private func waitUntilReady(spawned pid: pid_t?) throws(StorageError) -> String? {
        let deadline = ContinuousClock.now + Self.startLimit
        while ContinuousClock.now < deadline {
            if let pid, ChildProcess.exitStatus(ofServer: pid) != nil { return nil }
            if let file = PostmasterFile(dataDirectory: dataDirectory) {
                if pid == nil && !file.isRunning(in: dataDirectory) { return nil }
                if file.status == "ready" && !file.socketDirectory.isEmpty
                    && (pid == nil || file.isRunning(in: dataDirectory))
                {
                    return Self.conninfo(socketDirectory: file.socketDirectory)
                }
            } else if pid == nil {
                // It was stopping.
                return nil
            }
            usleep(10_000)
        }
        throw StorageError(
            .embedded,
            "the embedded server was not ready within \(Self.startLimit), \(logFile) says: "
                + endOfLog())
    }

    private static func conninfo(socketDirectory: String) -> String {
        let quoted = socketDirectory.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
        return "host='\(quoted)' port=5432 user=llava dbname=llava sslmode=disable"
    }

    // MARK: Creation

    /// Makes the cluster beside its place and moves it there when it is whole.
    private func create(_ user: ServerUser) throws(StorageError) {
        let programs = try ServerPrograms.find(major: nil)
        let log = try openLog(user)
        defer { close(log) }
        let new = folder + "/data.new"
        try? FileManager.default.removeItem(atPath: new)
        let prefix = try user.prefix()
        let status = try ChildProcess.run(
            prefix + [
                programs.initdb, "--pgdata=\(new)", "--username=llava", "--auth-local=trust",
                "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
            ] + (isThrowaway ? ["--no-sync"] : []), log: log)
        guard status == 0 else {
            throw StorageError(
                .embedded,
                "initdb failed with status \(status), \(logFile) says: \(endOfLog())")
        }
        let script = folder + "/create.sql"
        guard
            FileManager.default.createFile(
                atPath: script, contents: Data("CREATE DATABASE llava;\n".utf8))
        else { throw StorageError(.embedded, "\(script) cannot be written: is the disk full?") }
        defer { unlink(script) }
        let second = try ChildProcess.run(
            prefix + [programs.postgres, "--single", "-D", new, "postgres"],
            input: script, log: log)
        guard second == 0, rename(new, dataDirectory) == 0 else {
            throw StorageError(
                .embedded,
                "the database could not be made (status \(second)), \(logFile) says: "
                    + endOfLog())
        }
    }

    private func majorVersion() throws(StorageError) -> Int {
        let path = dataDirectory + "/PG_VERSION"
        guard let data = FileManager.default.contents(atPath: path),
            let major = Int(String(decoding: data, as: UTF8.self).filter(\.isNumber))
        else {
            throw StorageError(.embedded, "\(path) does not hold a version: is the disk sound?")
        }
        return major
    }

    // MARK: Files

    /// Where the socket goes: in the state directory, or, when its path is too long for a socket,
    /// in a folder for run-time files, named after the state directory.
    func socketDirectory(_ user: ServerUser) throws(StorageError) -> String {
        let near = folder + "/run"
        var chosen = near
        if (near + Self.socketName).utf8.count > Self.longestSocketPath {
            let name = "llavad-" + String(Self.hash(folder), radix: 16)
            let runtime = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) }
            let roots =
                user.isSomeoneElse ? ["/run", "/tmp"] : [runtime, "/tmp"].compactMap(\.self)
            guard
                let root = roots.first(where: {
                    access($0, W_OK) == 0
                        && ($0 + "/" + name + Self.socketName).utf8.count <= Self.longestSocketPath
                })
            else {
                throw StorageError(
                    .embedded,
                    "the path of the state directory \(stateDirectory) is too long for a socket "
                        + "and neither XDG_RUNTIME_DIR nor /tmp can take it: use a shorter one")
            }
            chosen = root + "/" + name
        }
        try makePrivate(chosen, for: user)
        return chosen
    }

    /// FNV-1a, 64 bits (Fowler, Noll, Vo): a name for a path, the same in every process.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Makes a directory that only the server's user can enter, or checks the one there is.
    ///
    /// It gets its place when it has its owner: a daemon and `llavactl` may come at the same moment, and
    /// whoever is second must not find one that still is root's.
    private func makePrivate(_ path: String, for user: ServerUser) throws(StorageError) {
        if FileStatus(path, followingLinks: false) == nil {
            let new = "\(path).new-\(getpid())-\(UInt64.random(in: 0 ... .max))"
            guard mkdir(new, 0o700) == 0 else {
                throw StorageError(
                    .embedded, "\(path) cannot be made: \(String(cString: strerror(errno)))")
            }
            defer { rmdir(new) }
            if user.isSomeoneElse && chown(new, user.uid, user.gid) != 0 {
                throw StorageError(.embedded, "\(path) cannot be given to '\(user.name)'")
            }
            // Takes the place of one that is empty; where the other's has something in it, ours goes.
            if rename(new, path) == 0 { return }
            guard errno == EEXIST || errno == ENOTEMPTY else {
                throw StorageError(
                    .embedded, "\(path) cannot be made: \(String(cString: strerror(errno)))")
            }
        }
        guard let status = FileStatus(path, followingLinks: false), status.isDirectory,
            status.owner == user.uid, status.permissions & 0o077 == 0
        else {
            throw StorageError(
                .embedded,
                "\(path) must be a directory of '\(user.name)' that nobody else may enter: give "
                    + "it back with `chown \(user.name) \(path)` and `chmod 700 \(path)`")
        }
    }

    private func openLog(_ user: ServerUser) throws(StorageError) -> Int32 {
        let log = open(logFile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard log >= 0 else {
            throw StorageError(
                .embedded, "\(logFile) cannot be opened: \(String(cString: strerror(errno)))")
        }
        user.takeOver(log)
        return log
    }

    /// The last lines of the server's log, on one line.
    private func endOfLog() -> String {
        guard let data = FileManager.default.contents(atPath: logFile) else { return "nothing" }
        return String(decoding: data.suffix(4096), as: UTF8.self)
            .split(separator: "\n").suffix(3).joined(separator: " / ")
    }
}
