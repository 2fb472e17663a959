/// Makes a sentence that quotes a file fit for one line of a terminal or a log.
///
/// Names and values come from files nobody vouches for: a tensor may be called after a terminal's
/// control sequences, or with a megabyte of letters.
public enum OneLine {
    /// The most characters a sentence keeps: what rules, paths and names of sane length take.
    private static let longest = 2000
    /// How many of them are of the sentence's end, which says what to do.
    private static let kept = 400

    /// The sentence with every control character, line end and mark of writing direction spelled
    /// out, and without the middle of what is far too long.
    ///
    /// - Parameter text: A sentence.
    /// - Returns: At most 2000 characters and their escapes, on one line.
    public static func sentence(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > longest || scalars.contains(where: isHarmful) else { return text }
        guard scalars.count > longest else { return escaped(scalars) }
        return escaped(scalars.prefix(longest - kept)) + " … " + escaped(scalars.suffix(kept))
    }

    private static func escaped(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var result = ""
        for scalar in scalars {
            if isHarmful(scalar) {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// C0 and C1 controls, DEL, the separators of lines and paragraphs, and the marks that turn the
    /// direction of writing around.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
