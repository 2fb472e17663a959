import Glibc

/// Shows a `ProgressBar` on standard error: redrawn in place for a person, else a line now and
/// then.
struct ProgressReporter {
    /// The least time between two lines of a log.
    static let plainInterval: Double = 5

    private let terminal: Terminal
    private let write: (String) -> Void
    private var lastPlain: Double?
    private var lastFinished = -1
    private var isDrawn = false

    init(
        terminal: Terminal = .standardError,
        write: @escaping (String) -> Void = { text in
            let bytes = Array(text.utf8)
            _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
        }
    ) {
        self.terminal = terminal
        self.write = write
    }

    /// Shows the present state.
    mutating func update(_ bar: ProgressBar) {
        if terminal.isTerminal {
            draw(bar)
        } else if bar.finished != lastFinished, isDue(bar) {
            printPlain(bar)
        }
    }

    /// Shows the last state and ends the line.
    mutating func finish(_ bar: ProgressBar) {
        if terminal.isTerminal {
            draw(bar)
            write("\n")
            isDrawn = false
        } else if bar.finished != lastFinished {
            printPlain(bar)
        }
    }

    /// Takes the bar away, so that something else can be said.
    mutating func clear() {
        if isDrawn { write("\r\u{1B}[K") }
        isDrawn = false
    }

    private func isDue(_ bar: ProgressBar) -> Bool {
        bar.elapsed - (lastPlain ?? 0) >= Self.plainInterval
    }

    private mutating func printPlain(_ bar: ProgressBar) {
        lastPlain = bar.elapsed
        lastFinished = bar.finished
        write(bar.plainLine + "\n")
    }

    private mutating func draw(_ bar: ProgressBar) {
        let width = terminal.width == .max ? 80 : terminal.width
        write("\r" + bar.line(width: width, unicode: terminal.showsUnicode) + "\u{1B}[K")
        isDrawn = true
    }
}
