import ArgumentParser

/// How a verb prints what it lists.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// Aligned columns for a person.
    case table
    /// A JSON object a line.
    case jsonl
    /// Comma-separated values.
    case csv
    /// Running text.
    case text
}
