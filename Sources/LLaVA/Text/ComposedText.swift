@_spi(_Unicode) import Swift

/// Text in form C of Unicode (UAX 15): what is canonically the same is spelled the same.
///
/// The standard library's composition with the tables of the tokenizers package, so that ids do not
/// depend on the toolchain. The library's is no public API yet.
enum ComposedText {
    /// The version of Unicode whose characters the tokenizers package composes
    /// (`unicode-normalization-alignments` of the repository n1t0/unicode-normalization).
    private static let tables: Unicode.Version = (9, 0)
    /// All scalars below compose with nothing in front of them and stand for themselves.
    private static let firstMark: Unicode.Scalar = "\u{300}"
    /// Characters with a decomposition that begins with no starter, which the library takes for
    /// starters and leaves where they stand.
    private static let marksOfTwo: [Unicode.Scalar: [Unicode.Scalar]] = [
        "\u{F73}": ["\u{F71}", "\u{F72}"], "\u{F75}": ["\u{F71}", "\u{F74}"],
        "\u{F81}": ["\u{F71}", "\u{F80}"],
    ]

    /// Composes a text.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text in form C; characters newer than the tables as they stand.
    static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 >= firstMark }) else { return text }
        var composed = String.UnicodeScalarView()
        var stretch = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let marks = marksOfTwo[scalar] {
                stretch.append(contentsOf: marks)
            } else if isInTables(scalar) {
                stretch.append(scalar)
            } else {
                composed.append(contentsOf: String(stretch)._nfc)
                stretch.removeAll(keepingCapacity: true)
                composed.append(scalar)
            }
        }
        composed.append(contentsOf: String(stretch)._nfc)
        return String(composed)
    }

    private static func isInTables(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar >= firstMark else { return true }
        guard let age = scalar.properties.age else { return false }
        return age <= tables
    }
}
