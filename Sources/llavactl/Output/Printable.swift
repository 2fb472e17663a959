/// Text from outside made safe to show: a file name or an answer may hold control characters,
/// and a terminal obeys those.
enum Printable {
    /// The text with every control character but line ends and tabs replaced.
    static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { isHarmful($0) ? "\u{FFFD}" : $0 }))
    }

    /// The text on one line.
    static func line(_ text: String) -> String {
        String(Self.text(text).map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }

    /// C0 and C1 controls, DEL, and the marks that turn the direction of writing around.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
