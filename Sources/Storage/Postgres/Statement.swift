/// One SQL statement with its parameters and the name errors are reported under.
struct Statement: Sendable {
    let name: String
    let sql: String
    let parameters: [PostgresValue]
    /// How long we wait for the whole reply; the server's own limit is `statement_timeout`.
    let deadline: Duration

    init(
        _ name: String, _ sql: String, _ parameters: [PostgresValue] = [],
        deadline: Duration = .seconds(40)
    ) {
        self.name = name
        self.sql = sql
        self.parameters = parameters
        self.deadline = deadline
    }
}
