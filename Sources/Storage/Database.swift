internal import Threads

/// One connection to the database, on a thread of its own; each part of a program that must not
/// wait for another opens one.
///
/// A lost connection is opened again by the next call. Every write of this module may be
/// repeated after a failure whose `isTransient` is true: what was already done is recognised.
public actor Database {
    /// Where the database is.
    public nonisolated let location: DatabaseLocation

    let applicationName: String
    private let executor: ThreadExecutor
    private let server: ServerAccess
    private var connection: PostgresConnection?
    private var conninfo = ""
    private var isClosed = false
    private var isInTransaction = false
    /// Preset rows never change, so each is fetched once.
    var presetCache: [Int32: PresetRow] = [:]

    /// The thread this actor's calls run on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private init(_ location: DatabaseLocation, applicationName: String) {
        self.location = location
        self.applicationName = applicationName
        executor = ThreadExecutor(name: "database")
        server = ServerAccess(location)
    }

    /// Connects; an embedded server is created and started if need be.
    ///
    /// The schema is not touched: see `migrate()`.
    ///
    /// - Parameters:
    ///   - location: Where the database is.
    ///   - applicationName: What `pg_stat_activity` shows, such as `llavad claims`.
    /// - Returns: The open database.
    /// - Throws: `StorageError` of the kinds `connection`, `timeout`, `statement`, `embedded`.
    public static func open(
        _ location: DatabaseLocation, applicationName: String = "llavad"
    ) async throws(StorageError) -> Database {
        let database = Database(location, applicationName: applicationName)
        do throws(StorageError) {
            try await database.connect()
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    /// Ends the connection; the last user of an embedded server stops it.
    public func close() {
        connection?.close()
        connection = nil
        guard !isClosed else { return }
        isClosed = true
        server.leave()
    }

    /// Tries to connect until it works: at once, then after 0.1 s, doubling to 10 s, each pause
    /// shortened or lengthened by up to half at random.
    ///
    /// - Parameter limit: When to stop trying; `nil` tries until the task is cancelled.
    /// - Throws: `StorageError`: the last failure, or at once one that cannot pass.
    public func reconnect(within limit: Duration? = nil) async throws(StorageError) {
        let start = ContinuousClock.now
        var backoff = Backoff()
        while true {
            do throws(StorageError) {
                try connect()
                return
            } catch {
                guard error.isTransient || error.kind == .connection else { throw error }
                let pause = backoff.next()
                if let limit, ContinuousClock.now - start + pause > limit { throw error }
                do {
                    try await Task.sleep(for: pause)
                } catch _ {
                    throw error
                }
            }
        }
    }

    /// Asks the server for nothing, to know that it answers.
    ///
    /// - Throws: `StorageError`.
    public func ping() throws(StorageError) {
        _ = try run(Statement("ping", "SELECT 1", deadline: .seconds(5)))
    }

    /// The process id of this connection's backend, 0 when not connected.
    public var backendPID: Int32 { connection?.backendPID ?? 0 }

    // MARK: For this module

    func connect() throws(StorageError) {
        if isClosed { throw StorageError(.closed, "the database was closed by this program") }
        if let connection, connection.isUsable { return }
        connection?.close()
        connection = nil
        conninfo = try server.enter()
        connection = try PostgresConnection(conninfo: conninfo, applicationName: applicationName)
    }

    /// The connection string in use.
    func currentConninfo() throws(StorageError) -> String {
        try connect()
        return conninfo
    }

    func run(_ statement: Statement) throws(StorageError) -> PostgresResult {
        // Within a transaction a new connection would run the rest of it outside.
        if !isInTransaction { try connect() }
        guard let connection else { throw StorageError(.closed, "the database is closed") }
        return try connection.run(statement)
    }

    /// Runs `body` between BEGIN and COMMIT; an error rolls back.
    ///
    /// Never suspends, so no other call's statement falls into the transaction.
    func transaction<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        _ = try run(Statement("begin", "BEGIN"))
        isInTransaction = true
        defer { isInTransaction = false }
        do throws(StorageError) {
            let result = try body()
            _ = try run(Statement("commit", "COMMIT"))
            return result
        } catch {
            // A lost connection has rolled back by itself, and must not be opened for this.
            if let connection, connection.isUsable {
                _ = try? connection.run(Statement("rollback", "ROLLBACK"))
            }
            throw error
        }
    }

    /// Runs statements without parameters, separated by semicolons.
    func runScript(_ name: String, _ sql: String, deadline: Duration) throws(StorageError) {
        if !isInTransaction { try connect() }
        guard let connection else { throw StorageError(.closed, "the database is closed") }
        try connection.runScript(name, sql, deadline: deadline)
    }
}
