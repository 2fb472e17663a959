internal import CLibPQ

/// How to start psql on a database.
public struct PsqlInvocation: Sendable, Equatable {
    /// The program: a path, or a name to look up in `PATH`.
    public let executable: String
    /// Its arguments, before those of the user.
    public let arguments: [String]
    /// What to add to its environment; a password is here and not among the arguments.
    public let environment: [String: String]

    /// Makes the invocation for a connection string.
    init(conninfo: String, executable: String) throws(StorageError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(conninfo, &message) else {
            let text = message.map { String(cString: $0) } ?? "it is malformed"
            PQfreemem(message)
            throw StorageError(
                .connection, "`database` is not a connection string libpq understands: \(text)")
        }
        defer { PQconninfoFree(options) }
        var pairs: [String] = []
        var password: String?
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val.map({ String(cString: $0) }) {
                let key = String(cString: keyword)
                let quoted = value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
                if key == "password" {
                    password = value
                } else {
                    pairs.append("\(key)='\(quoted)'")
                }
            }
            option += 1
        }
        self.executable = executable
        arguments = ["--dbname", pairs.joined(separator: " ")]
        environment = password.map { ["PGPASSWORD": $0] } ?? [:]
    }
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
        try connect()
        var executable = "psql"
        if case .embedded = location {
            executable = try ServerPrograms.find(major: nil).psql
        }
        return try PsqlInvocation(conninfo: try currentConninfo(), executable: executable)
    }
}
