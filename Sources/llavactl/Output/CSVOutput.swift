/// Writes rows by RFC 4180: quotes where needed, a first line with the names.
///
/// Lines end with LF alone, which every reader of the format takes, as psql writes them.
enum CSVOutput {
    /// One line without its end.
    static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",")
    }

    private static func quoted(_ field: String) -> String {
        let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
        guard field.utf8.contains(where: special.contains) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
