internal import CLibPQ

/// The rows a statement gave back.
final class PostgresResult {
    private let handle: OpaquePointer
    private let statementName: String
    private let columns: [String: Int32]

    /// Takes over `handle` and frees it in the end.
    init(_ handle: OpaquePointer, statementName: String) {
        self.handle = handle
        self.statementName = statementName
        var columns: [String: Int32] = [:]
        for index in 0..<PQnfields(handle) {
            columns[PQfname(handle, index).map { String(cString: $0) } ?? ""] = index
        }
        self.columns = columns
    }

    deinit { PQclear(handle) }

    /// How many rows there are.
    var count: Int { Int(PQntuples(handle)) }

    /// How many rows an INSERT, UPDATE or DELETE touched.
    var affected: Int { PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// The column names, in order.
    var columnNames: [String] { columns.sorted { $0.value < $1.value }.map(\.key) }

    /// Every row through a decoder.
    func map<Row>(
        _ decode: (PostgresRow) throws(StorageError) -> Row
    ) throws(StorageError) -> [Row] {
        var rows: [Row] = []
        rows.reserveCapacity(count)
        for index in 0..<count { rows.append(try decode(PostgresRow(result: self, row: index))) }
        return rows
    }

    /// The one row of a statement that must give exactly one.
    func only() throws(StorageError) -> PostgresRow {
        guard count == 1 else {
            throw StorageError(
                .value, "a statement that gives one row gave \(count)",
                statementName: statementName)
        }
        return PostgresRow(result: self, row: 0)
    }

    /// A field's text, or `nil` for NULL.
    func text(_ row: Int, _ column: String) throws(StorageError) -> String? {
        guard let index = columns[column] else { throw unreadable(column, "is not in the reply") }
        guard PQgetisnull(handle, Int32(row), index) == 0 else { return nil }
        guard let bytes = PQgetvalue(handle, Int32(row), index) else { return nil }
        let length = Int(PQgetlength(handle, Int32(row), index))
        return bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
            String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
        }
    }

    /// The error for a field that is not what the program expects.
    func unreadable(_ column: String, _ why: String) -> StorageError {
        StorageError(.value, "column '\(column)' \(why)", statementName: statementName)
    }
}
