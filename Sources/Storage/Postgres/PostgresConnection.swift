internal import CLibPQ
internal import Glibc

/// One connection to PostgreSQL, used by one thread at a time.
///
/// Calls block, so the thread must be an own one. libpq's non-blocking calls and `poll` with our
/// deadlines are used below, because its blocking ones wait for a silent server for ever.
final class PostgresConnection {
    private var handle: OpaquePointer?

    /// How long connecting may take, name resolution excepted.
    private let connectLimit: Duration

    /// What every session sets once connected: no statement, lock or idle transaction may hold
    /// others up for ever, and a server notices that its client is gone.
    private static let sessionSettings = """
        SELECT set_config('statement_timeout', '30s', false),
            set_config('lock_timeout', '5s', false),
            set_config('idle_in_transaction_session_timeout', '30s', false),
            set_config('client_connection_check_interval', '10s', false),
            set_config('bytea_output', 'hex', false),
            set_config('extra_float_digits', '1', false)
        """

    /// Connects.
    ///
    /// - Parameters:
    ///   - conninfo: A libpq connection string or URI.
    ///   - applicationName: What `pg_stat_activity` shows, unless `conninfo` says otherwise.
    ///   - connectLimit: How long connecting may take, name resolution excepted.
    /// - Throws: `StorageError` of the kinds `connection`, `timeout`, `statement`.
    init(
        conninfo: String, applicationName: String, connectLimit: Duration = .seconds(10)
    ) throws(StorageError) {
        self.connectLimit = connectLimit
        // Keepalives find a dead peer after 10 + 3 * 5 s, tcp_user_timeout one that stops
        // acknowledging after 15 s; both are ignored on Unix sockets. `dbname` comes first, so
        // a connection string may override what stands before it, and is expanded.
        let options: [(String, String)] = [
            ("connect_timeout", "5"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "15000"),
            ("fallback_application_name", applicationName), ("dbname", conninfo),
            ("client_encoding", "UTF8"),
        ]
        let handle = Self.withCStrings(options.map(\.0)) { keys in
            Self.withCStrings(options.map(\.1)) { values in
                PQconnectStartParams(keys, values, 1)
            }
        }
        guard let handle else { throw StorageError(.connection, "libpq has no memory left") }
        self.handle = handle
        PQsetNoticeProcessor(handle, dropNotice, nil)
        do throws(StorageError) {
            try finishConnecting()
            _ = try run(Statement("session settings", Self.sessionSettings))
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    /// The socket, for `poll`; -1 when closed.
    var fileDescriptor: Int32 { handle.map { PQsocket($0) } ?? -1 }

    /// Whether the connection can be used, as far as is known without asking the server.
    var isUsable: Bool { handle.map { PQstatus($0) == CONNECTION_OK } ?? false }

    /// The process id of the server's backend.
    var backendPID: Int32 { handle.map { PQbackendPID($0) } ?? 0 }

    /// Drops the connection; it does not wait for the server.
    func close() {
        guard let handle else { return }
        PQfinish(handle)
        self.handle = nil
    }

    /// Runs one statement.
    func run(_ statement: Statement) throws(StorageError) -> PostgresResult {
        guard let handle else { throw lost(nil, statement) }
        let types = statement.parameters.map(\.typeID)
        let sent = Self.withOptionalCStrings(statement.parameters.map(\.encoded)) { values in
            PQsendQueryParams(
                handle, statement.sql, Int32(types.count), types, values, nil, nil, 0)
        }
        guard sent == 1 else { throw lost(handle, statement) }
        return try finish(statement, handle)
    }

    /// Runs several statements, separated by semicolons, without parameters.
    func runScript(
        _ name: String, _ sql: String, deadline: Duration
    ) throws(StorageError) {
        let statement = Statement(name, sql, deadline: deadline)
        guard let handle else { throw lost(nil, statement) }
        guard PQsendQuery(handle, sql) == 1 else { throw lost(handle, statement) }
        _ = try finish(statement, handle)
    }

    /// Reads what has arrived and gives the channels notified.
    func takeNotifications() throws(StorageError) -> [String] {
        let statement = Statement("listen", "")
        guard let handle else { throw lost(nil, statement) }
        guard PQconsumeInput(handle) == 1 else { throw lost(handle, statement) }
        var channels: [String] = []
        while let notification = PQnotifies(handle) {
            channels.append(String(cString: notification.pointee.relname))
            PQfreemem(notification)
        }
        return channels
    }

    // MARK: Waiting

    private func finishConnecting() throws(StorageError) {
        let deadline = ContinuousClock.now + connectLimit
        let statement = Statement("connect", "")
        guard let handle else { throw lost(nil, statement) }
        guard PQstatus(handle) != CONNECTION_BAD else { throw lost(handle, statement) }
        var events = Int16(POLLOUT)
        while true {
            guard try waitFor(PQsocket(handle), events, until: deadline, statement) else {
                throw StorageError(
                    .timeout, "the server did not let us in within \(connectLimit)",
                    statementName: statement.name)
            }
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK:
                guard PQsetnonblocking(handle, 1) == 0 else { throw lost(handle, statement) }
                return
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            default: throw lost(handle, statement)
            }
        }
    }

    /// Sends what is left, then reads every result and keeps the last or the first error.
    private func finish(
        _ statement: Statement, _ handle: OpaquePointer
    ) throws(StorageError) -> PostgresResult {
        let deadline = ContinuousClock.now + statement.deadline
        while true {
            let flushed = PQflush(handle)
            guard flushed >= 0 else { throw lost(handle, statement) }
            if flushed == 0 { break }
            try waitOrGiveUp(POLLIN | POLLOUT, until: deadline, statement, handle)
            guard PQconsumeInput(handle) == 1 else { throw lost(handle, statement) }
        }
        var last: OpaquePointer?
        var failure: StorageError?
        while true {
            while PQisBusy(handle) == 1 {
                do throws(StorageError) {
                    try waitOrGiveUp(POLLIN, until: deadline, statement, handle)
                } catch {
                    PQclear(last)
                    throw error
                }
                guard PQconsumeInput(handle) == 1 else {
                    PQclear(last)
                    throw lost(handle, statement)
                }
            }
            guard let result = PQgetResult(handle) else { break }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
            default:
                if failure == nil { failure = refused(result, handle, statement) }
            }
            PQclear(last)
            last = result
        }
        if let failure {
            PQclear(last)
            throw failure
        }
        guard let last else { throw lost(handle, statement) }
        return PostgresResult(last, statementName: statement.name)
    }

    /// Waits for the socket; past the deadline the connection is dropped, for the reply to the
    /// statement may still come and would be taken for the next one's.
    private func waitOrGiveUp(
        _ events: Int32, until deadline: ContinuousClock.Instant, _ statement: Statement,
        _ handle: OpaquePointer
    ) throws(StorageError) {
        if try waitFor(PQsocket(handle), Int16(events), until: deadline, statement) { return }
        close()
        throw StorageError(
            .timeout, "the server did not answer within \(statement.deadline)",
            statementName: statement.name)
    }

    private func waitFor(
        _ descriptor: Int32, _ events: Int16, until deadline: ContinuousClock.Instant,
        _ statement: Statement
    ) throws(StorageError) -> Bool {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        while true {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return false }
            let milliseconds = left / .milliseconds(1)
            let ready = poll(&entry, 1, Int32(min(milliseconds.rounded(.up), 60_000)))
            if ready > 0 { return true }
            if ready < 0 && errno != EINTR { throw lost(handle, statement) }
        }
    }

    // MARK: Errors

    private func lost(_ handle: OpaquePointer?, _ statement: Statement) -> StorageError {
        let message =
            handle.map { Self.oneLine(String(cString: PQerrorMessage($0))) }
            ?? "the connection is closed"
        return StorageError(
            .connection, message.isEmpty ? "the connection was lost" : message,
            statementName: statement.name)
    }

    private func refused(
        _ result: OpaquePointer, _ handle: OpaquePointer, _ statement: Statement
    ) -> StorageError {
        // Code letters of PQresultErrorField: postgres_ext.h, PG_DIAG_SQLSTATE and others.
        func field(_ letter: Character) -> String? {
            guard let ascii = letter.asciiValue else { return nil }
            return PQresultErrorField(result, Int32(ascii)).map { String(cString: $0) }
        }
        guard let state = field("C") else { return lost(handle, statement) }
        // The detail may quote parameter values, so it stays behind.
        let message = field("M") ?? "the server refused the statement without a word"
        return StorageError(
            .statement, Self.oneLine(message), sqlState: state, statementName: statement.name)
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    // MARK: C strings

    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        withOptionalCStrings(texts) { body($0) }
    }

    /// Calls `body` with an array of C strings, NULL for `nil` and NULL at the end.
    private static func withOptionalCStrings<Result>(
        _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = texts.map { $0.flatMap { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        let pointers = copies.map { UnsafePointer<CChar>($0) } + [nil]
        return pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else {
                preconditionFailure("an array of C strings has at least its terminator")
            }
            return body(base)
        }
    }
}

/// Notices, such as that a search holds stop words only, are no business of standard error.
private func dropNotice(_ argument: UnsafeMutableRawPointer?, _ message: UnsafePointer<CChar>?) {}
