/// Writes rows as JSON objects: one document, or a line each.
enum JSONOutput {
    /// One row as an object with the columns' keys.
    static func object(_ columns: [Column], _ row: [JSONText]) -> JSONText {
        .object(zip(columns, row).map { ($0.key, $1) })
    }
}
