@testable import Storage

extension Database {
    /// Runs SQL of the test's own.
    func execute(_ sql: String, _ parameters: [PostgresValue] = []) throws {
        _ = try run(Statement("test", sql, parameters))
    }
}
