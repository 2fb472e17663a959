/// How many terminal columns a text takes.
enum DisplayWidth {
    /// Columns of a text without line ends.
    static func of(_ text: some StringProtocol) -> Int {
        // Most text is ASCII; only the rest is looked at character by character.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// Columns of a character: that of its first scalar, two if shown as a picture.
    static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x300 { return 1 }
        if first.properties.isEmojiPresentation { return 2 }
        if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(first.value) } ? 2 : 1
        }
    }

    /// The blocks of East Asian width W and F (Unicode Standard Annex 11), coarsely.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
        0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
        0x20000...0x3FFFD,
    ]

    /// A text filled up with spaces to a width.
    static func padded(_ text: String, to width: Int, trailing: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - of(text)))
        return trailing ? spaces + text : text + spaces
    }

    /// A text cut to a width, its middle replaced by `…`: both ends of a path say something.
    static func shortened(_ text: String, to width: Int) -> String {
        guard of(text) > width, width > 0 else { return text }
        let tail = (width - 1) / 2
        return prefix(text, width - 1 - tail) + "…" + suffix(text, tail)
    }

    /// A text broken at spaces into lines of at most a width; a longer word is broken too.
    static func wrapped(_ text: String, at width: Int) -> [String] {
        guard of(text) > width, width > 0 else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if of(line) + 1 + of(word) <= width, !line.isEmpty {
                line += " " + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = String(word)
            while of(line) > width {
                let head = prefix(line, width)
                // A character wider than the column stands alone rather than nowhere.
                let count = max(1, head.count)
                lines.append(String(line.prefix(count)))
                line = String(line.dropFirst(count))
            }
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }

    private static func prefix(_ text: String, _ width: Int) -> String {
        var result = ""
        var used = 0
        for character in text {
            used += of(character)
            if used > width { break }
            result.append(character)
        }
        return result
    }

    private static func suffix(_ text: String, _ width: Int) -> String {
        String(prefix(String(text.reversed()), width).reversed())
    }
}
