/// What went wrong between this program and PostgreSQL; never holds parameter values.
public struct StorageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Kind: String, Sendable {
        /// The server cannot be reached, or the connection was lost.
        case connection
        /// The server did not answer before our own deadline.
        case timeout
        /// The server refused a statement; `sqlState` says why.
        case statement
        /// The database's schema is newer than this program, or a migration was edited.
        case schema
        /// The private server cannot be set up, started or stopped.
        case embedded
        /// A value does not have the shape this program expects.
        case value
        /// The connection was closed by `close()`.
        case closed
    }

    /// The kind of failure.
    public let kind: Kind
    /// The five-character SQLSTATE the server gave, if it gave one.
    public let sqlState: String?
    /// One sentence: what failed, on what, and the remedy where there is one.
    public let message: String
    /// The name of the statement that failed, if one was running.
    public let statementName: String?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - kind: The kind of failure.
    ///   - message: One sentence: what failed, on what, and the remedy.
    ///   - sqlState: The server's SQLSTATE, if it gave one.
    ///   - statementName: The statement that was running, if any.
    public init(
        _ kind: Kind, _ message: String, sqlState: String? = nil, statementName: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.sqlState = sqlState
        self.statementName = statementName
    }

    /// SQLSTATE classes that a repetition cannot cure: bad data, broken rules, wrong SQL or rights.
    private static let permanentClasses: Set<String> = [
        "0A", "21", "22", "23", "2B", "2F", "34", "3F", "42", "44", "P0",
    ]

    /// Whether the same call may succeed later, with nothing changed but the server's condition.
    ///
    /// Every SQLSTATE not known to be permanent counts as transient: during a minor upgrade of
    /// the server's packages unexpected states turn up for a while, and work must be kept, not
    /// failed.
    public var isTransient: Bool {
        switch kind {
        case .connection, .timeout: true
        case .schema, .embedded, .value, .closed: false
        case .statement:
            sqlState.map { !Self.permanentClasses.contains(String($0.prefix(2))) } ?? true
        }
    }

    /// The sentence a person reads.
    public var description: String {
        let place = statementName.map { " (in \($0))" } ?? ""
        let state = sqlState.map { " [\($0)]" } ?? ""
        return message + place + state
    }
}
