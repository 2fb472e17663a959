/// How to start psql on a database.
public struct PsqlInvocation: Sendable, Equatable {
    /// The program: a path, or a name to look up in `PATH`.
    public let executable: String
    /// Its arguments, before those of the user.
    public let arguments: [String]
    /// What to add to its environment; a password is here and not among the arguments.
    public let environment: [String: String]
}

extension Database {
    /// How to start psql on this database.
    ///
    /// An embedded server runs as long as this `Database` is open, so start psql as a child and
    /// close the `Database` after it.
    ///
    /// - Returns: Program, arguments and environment.
    /// - Throws: `StorageError`.
    public func psqlInvocation() throws(StorageError) -> PsqlInvocation {
        throw StorageError(.connection, "not yet")
    }
}
