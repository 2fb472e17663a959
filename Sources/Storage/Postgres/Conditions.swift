/// A WHERE clause being put together, with its parameters numbered as they come.
struct Conditions {
    private(set) var parameters: [PostgresValue] = []
    private var terms: [String] = []

    /// The clause; `true` when there is no condition.
    var sql: String { terms.isEmpty ? "true" : terms.joined(separator: " AND ") }

    /// Adds a parameter and gives its place, such as `$3`.
    mutating func parameter(_ value: PostgresValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }

    /// Adds a condition: `left` followed by the parameter.
    mutating func add(_ left: String, _ value: PostgresValue) {
        terms.append("\(left) \(parameter(value))")
    }

    /// Adds a condition on membership, unless the list is empty.
    mutating func add(_ column: String, in values: [String]) {
        if !values.isEmpty { terms.append("\(column) = ANY (\(parameter(.texts(values))))") }
    }

    /// Adds a condition on membership, unless the list is empty.
    mutating func add(_ column: String, in values: [Int64]) {
        if !values.isEmpty { terms.append("\(column) = ANY (\(parameter(.integers(values))))") }
    }

    /// Adds the condition that `column` is the folder or lies below it.
    mutating func add(_ column: String, below folder: String) {
        let trimmed = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        let place = parameter(.text(trimmed))
        let prefix = trimmed == "/" ? place : "\(place) || '/'"
        terms.append("(\(column) = \(place) OR starts_with(\(column), \(prefix)))")
    }

    /// Adds a condition without a parameter.
    mutating func add(_ sql: String) {
        terms.append(sql)
    }
}
