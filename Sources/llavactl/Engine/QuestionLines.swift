import Glibc

/// Questions from standard input, one a line; a person at a terminal is shown where to type.
struct QuestionLines {
    /// The most bytes of a question; a model's context is shorter.
    static let maximumBytes = 1 << 20

    private let isPrompting: Bool

    /// Looks at what standard input is.
    init() { isPrompting = isatty(STDIN_FILENO) == 1 && Terminal.standardError.isTerminal }

    /// Waits for the next question; blocks.
    ///
    /// - Returns: A line without white space around it, none of them empty; `nil` at the end.
    /// - Throws: `CommandFailure` for a line that is no question.
    func next() throws -> String? {
        while true {
            if isPrompting { _ = Glibc.write(STDERR_FILENO, "> ", 2) }
            guard let line = readLine() else {
                if isPrompting { complain("") }
                return nil
            }
            guard line.utf8.count <= Self.maximumBytes else {
                throw CommandFailure(
                    .usage,
                    "a question on standard input has \(line.utf8.count) bytes: give at most "
                        + "\(Self.maximumBytes) a line")
            }
            let isSpace = { (character: Character) in character.isWhitespace }
            guard let first = line.firstIndex(where: { !isSpace($0) }),
                let last = line.lastIndex(where: { !isSpace($0) })
            else { continue }
            return String(line[first...last])
        }
    }
}
