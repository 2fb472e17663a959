/// Cuts text into the stretches that byte-pair encoding never joins.
///
/// Written by hand for the regular expressions of the models' `tokenizer.json` files, which differ
/// in three points only. Alternatives are tried in the order of the expressions.
struct WordSplitter: Sendable {
    /// How digits are taken together.
    enum Digits: Sendable {
        /// Any number of them, with a space in front.
        case allWithSpace
        /// At most so many.
        case upTo(Int)
    }

    /// Whether `'S` is cut off like `'s`.
    var ignoresCase: Bool
    /// Whether any one character that is no letter, digit or line break may stand in front of
    /// letters; else only a space, and line breaks are spaces like others.
    var joinsPunctuationToLetters: Bool
    var digits: Digits

    /// The expression of GPT-2, from `encoder.py` of the repository openai/gpt-2.
    static let gpt2 = WordSplitter(
        ignoresCase: false, joinsPunctuationToLetters: false, digits: .allWithSpace)
    /// The expression of LLaMA 3, from `tokenizer.py` of the repository meta-llama/llama3.
    static let llama3 = WordSplitter(
        ignoresCase: true, joinsPunctuationToLetters: true, digits: .upTo(3))
    /// The expression of Qwen 2, from `tokenization_qwen2.py` of huggingface/transformers.
    static let qwen2 = WordSplitter(
        ignoresCase: true, joinsPunctuationToLetters: true, digits: .upTo(1))

    private enum Kind: UInt8 {
        case letter, digit, lineBreak, space, other

        /// The version of Unicode whose letters and digits the tokenizers package knows
        /// (Oniguruma 6.9.10); newer ones are neither, so that ids do not depend on the toolchain.
        private static let newestMajor = 16

        init(_ scalar: Unicode.Scalar) {
            if scalar == "\n" || scalar == "\r" {
                self = .lineBreak
                return
            }
            let properties = scalar.properties
            switch properties.generalCategory {
            case _ where !scalar.isASCII && (properties.age?.major ?? 0) > Self.newestMajor:
                self = .other
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                .otherLetter:
                self = .letter
            case .decimalNumber, .letterNumber, .otherNumber:
                self = .digit
            default:
                self = properties.isWhitespace ? .space : .other
            }
        }

        var isWhite: Bool { self == .space || self == .lineBreak }
    }

    /// The stretches of a text, which joined are the text.
    func words(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        let kinds = scalars.map { Kind($0) }
        var words: [String] = []
        var start = 0
        while start < scalars.count {
            let end = wordEnd(from: start, scalars, kinds)
            var word = String.UnicodeScalarView()
            word.append(contentsOf: scalars[start..<end])
            words.append(String(word))
            start = end
        }
        return words
    }

    private func wordEnd(from start: Int, _ scalars: [Unicode.Scalar], _ kinds: [Kind]) -> Int {
        if let end = contractionEnd(from: start, scalars) { return end }
        let kind = kinds[start]
        let next = start + 1 < kinds.count ? kinds[start + 1] : nil
        let isSpace = scalars[start] == " "

        // Letters, with what may stand in front of them.
        let joins = joinsPunctuationToLetters ? kind == .other || kind == .space : isSpace
        if kind == .letter || (joins && next == .letter) {
            return runEnd(from: start + 1, kinds) { $0 == .letter }
        }
        switch digits {
        case .allWithSpace where kind == .digit || (isSpace && next == .digit):
            return runEnd(from: start + 1, kinds) { $0 == .digit }
        case .upTo(let most) where kind == .digit:
            return min(runEnd(from: start, kinds) { $0 == .digit }, start + most)
        default: break
        }
        if kind == .other || (isSpace && next == .other) {
            let end = runEnd(from: start + 1, kinds) { $0 == .other }
            return joinsPunctuationToLetters
                ? runEnd(from: end, kinds) { $0 == .lineBreak } : end
        }
        return whiteEnd(from: start, kinds)
    }

    /// The end of a stretch of white space.
    private func whiteEnd(from start: Int, _ kinds: [Kind]) -> Int {
        let end = runEnd(from: start, kinds) { $0.isWhite }
        // Through the last line break of the run, where line breaks count.
        if joinsPunctuationToLetters,
            let lineBreak = kinds[start..<end].lastIndex(of: .lineBreak)
        {
            return lineBreak + 1
        }
        // The last space before a word is left to that word.
        return end < kinds.count && end - start > 1 ? end - 1 : end
    }

    private func runEnd(from start: Int, _ kinds: [Kind], _ belongs: (Kind) -> Bool) -> Int {
        var end = start
        while end < kinds.count, belongs(kinds[end]) { end += 1 }
        return end
    }

    /// The end of an English contraction such as `'ll`, if one begins at `start`.
    private func contractionEnd(from start: Int, _ scalars: [Unicode.Scalar]) -> Int? {
        guard scalars[start] == "'", start + 1 < scalars.count else { return nil }
        func letter(_ index: Int) -> Unicode.Scalar? {
            guard index < scalars.count else { return nil }
            let scalar = scalars[index]
            guard ignoresCase else { return scalar }
            // The long s is an s in another case (CaseFolding.txt), as no other letter here is.
            if scalar == "\u{17F}" { return "s" }
            return ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar
        }
        switch (letter(start + 1), letter(start + 2)) {
        case ("s", _), ("t", _), ("m", _), ("d", _): return start + 2
        case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
        default: return nil
        }
    }
}
