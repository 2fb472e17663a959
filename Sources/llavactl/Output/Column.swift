/// A column of what a verb lists.
struct Column: Sendable {
    /// How a table treats it.
    enum Place: Sendable {
        /// As wide as its longest value.
        case fixed
        /// As wide as its longest value, numbers to the right.
        case number
        /// A path: shortened in the middle where the terminal is too narrow.
        case path
        /// Prose: wrapped where the terminal is too narrow.
        case prose
        /// Not in tables, only in JSON and CSV.
        case hidden
    }

    /// The name in JSON and CSV.
    let key: String
    /// How a table treats it.
    let place: Place

    init(_ key: String, _ place: Place = .fixed) {
        self.key = key
        self.place = place
    }

    /// The name over a table's column.
    var heading: String { key.uppercased().replacing("_", with: " ") }
}
