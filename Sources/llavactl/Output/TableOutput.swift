/// Lays rows out in aligned columns, within the terminal's width.
struct TableOutput {
    private let columns: [Column]
    private let indices: [Int]
    private let terminal: Terminal
    private var widths: [Int]?

    /// How many rows decide the widths; later ones do not change them, so that any number of rows
    /// can be printed without being held.
    static let measuredRows = 1000

    init(columns: [Column], terminal: Terminal) {
        indices = columns.indices.filter { columns[$0].place != .hidden }
        self.columns = columns
        self.terminal = terminal
    }

    /// The lines of some rows; the first call also gives the headings.
    mutating func lines(of rows: [[JSONText]]) -> [String] {
        let texts = rows.map { row in indices.map { Printable.line(row[$0].plain) } }
        var lines: [String] = []
        let widths = widths ?? measure(texts)
        if self.widths == nil {
            self.widths = widths
            let heading = zip(indices, widths).map { index, width in
                cell(columns[index].heading, index, width)
            }
            lines.append(Self.trimmed(heading.joined(separator: "  ")))
        }
        for row in texts { lines += layOut(row, widths) }
        return lines
    }

    private func layOut(_ row: [String], _ widths: [Int]) -> [String] {
        let cells = zip(indices, zip(row, widths)).map { index, content -> [String] in
            let (text, width) = content
            switch columns[index].place {
            case .prose where terminal.isTerminal: return DisplayWidth.wrapped(text, at: width)
            case .path where terminal.isTerminal:
                return [DisplayWidth.shortened(text, to: width)]
            default: return [text]
            }
        }
        let height = cells.map(\.count).max() ?? 0
        return (0..<height).map { line in
            let parts = cells.indices.map { column in
                let text = line < cells[column].count ? cells[column][line] : ""
                return cell(text, indices[column], widths[column])
            }
            return Self.trimmed(parts.joined(separator: "  "))
        }
    }

    private func cell(_ text: String, _ index: Int, _ width: Int) -> String {
        let isNumber = if case .number = columns[index].place { true } else { false }
        return DisplayWidth.padded(text, to: width, trailing: isNumber)
    }

    /// As wide as the content, then paths and prose narrowed until the terminal holds a line.
    private func measure(_ rows: [[String]]) -> [Int] {
        var widths = indices.map { DisplayWidth.of(columns[$0].heading) }
        for row in rows.prefix(Self.measuredRows) {
            for (column, text) in row.enumerated() {
                widths[column] = max(widths[column], DisplayWidth.of(text))
            }
        }
        guard terminal.isTerminal else { return widths }
        let gaps = 2 * max(0, widths.count - 1)
        var excess = widths.reduce(gaps, +) - terminal.width
        let narrowable = indices.indices.filter {
            switch columns[indices[$0]].place {
            case .path, .prose: true
            default: false
            }
        }
        while excess > 0 {
            // The widest gives way first; below 16 columns nothing can be read.
            guard let widest = narrowable.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > 16
            else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
