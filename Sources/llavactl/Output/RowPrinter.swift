/// Prints what a verb lists, in whatever format was asked for, without holding it all.
final class RowPrinter {
    /// The formats of `--format`, and the one document of `--json`.
    enum Format {
        case list(OutputFormat)
        case document
    }

    private let columns: [Column]
    private let format: Format
    private let sink: FileSink
    private let running: ([JSONText]) -> String
    private var table: TableOutput
    private var pending: [[JSONText]] = []
    private var count = 0

    /// Prepares to print.
    ///
    /// - Parameters:
    ///   - columns: The columns of every row.
    ///   - format: How to print.
    ///   - sink: Where to.
    ///   - terminal: What that place is.
    ///   - running: A row as running text, for the format `text`.
    init(
        columns: [Column], format: Format, to sink: FileSink,
        terminal: Terminal = .standardOutput,
        running: @escaping ([JSONText]) -> String = { row in
            row.map(\.plain).joined(separator: "\t")
        }
    ) {
        self.columns = columns
        self.format = format
        self.sink = sink
        self.running = running
        table = TableOutput(columns: columns, terminal: terminal)
    }

    /// Prints a row, at once or with the rows after it.
    func print(_ row: [JSONText]) throws {
        precondition(row.count == columns.count, "a row has a value for every column")
        switch format {
        case .document:
            try sink.write((count == 0 ? "[" : ",\n ") + JSONOutput.object(columns, row).text)
        case .list(.jsonl):
            try sink.line(JSONOutput.object(columns, row).text)
        case .list(.csv):
            if count == 0 { try sink.line(CSVOutput.line(columns.map(\.key))) }
            try sink.line(CSVOutput.line(row.map(\.plain)))
        case .list(.text):
            try sink.line(Printable.text(running(row)))
        case .list(.table):
            pending.append(row)
            if pending.count == TableOutput.measuredRows { try flushTable() }
        }
        count += 1
    }

    /// Prints what is still held back, and what closes the format.
    func finish() throws {
        switch format {
        case .document: try sink.line(count == 0 ? "[]" : "]")
        case .list(.csv) where count == 0: try sink.line(CSVOutput.line(columns.map(\.key)))
        case .list(.table) where count > 0: try flushTable()
        default: break
        }
        try sink.flush()
    }

    private func flushTable() throws {
        for line in table.lines(of: pending) { try sink.line(line) }
        pending.removeAll(keepingCapacity: true)
    }
}
