import Glibc

/// Writes an answer to the terminal while it is made, without the white space before it.
struct AnswerStream {
    private var hasBegun = false

    /// Shows the next piece at once; a terminal that is gone shows nothing.
    mutating func write(_ text: String) {
        var piece = Substring(text)
        if !hasBegun { piece = piece.drop { $0.isWhitespace } }
        if piece.isEmpty { return }
        hasBegun = true
        let bytes = Array(piece.utf8)
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }
}
