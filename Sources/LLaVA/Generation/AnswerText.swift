/// Builds an answer's text from its tokens, and decides which tokens a listener may have.
struct AnswerText {
    /// The tokens so far.
    private(set) var tokens: [GeneratedToken] = []

    private var bytes: [UInt8] = []
    /// Where each token's text ends in `bytes`.
    private var ends: [Int] = []
    private var announced = 0
    private var assembler = UTF8Assembler()
    private var stopRule: StopRule
    private var dropsSpace: Bool

    /// Starts an empty text.
    ///
    /// - Parameters:
    ///   - stopStrings: Texts that end the answer.
    ///   - dropsLeadingSpace: Whether the text's first space is the tokenizer's own.
    init(stopStrings: [String], dropsLeadingSpace: Bool) {
        stopRule = StopRule(stopStrings: stopStrings)
        dropsSpace = dropsLeadingSpace
    }

    /// Takes a token.
    ///
    /// - Parameters:
    ///   - choice: The token and its probability.
    ///   - addPiece: Appends its bytes.
    ///   - onToken: Given the tokens whose text is certain to belong to the answer, in order.
    /// - Returns: Whether a stop string ended the answer.
    mutating func append(
        _ choice: Sampler.Choice, addPiece: (inout [UInt8]) -> Void,
        onToken: (GeneratedToken) -> Void
    ) -> Bool {
        var text = assembler.append(addPiece)
        if dropsSpace, !text.isEmpty {
            if text.unicodeScalars.first == " " { text.unicodeScalars.removeFirst() }
            dropsSpace = false
        }
        tokens.append(GeneratedToken(id: choice.id, text: text, logprob: choice.logprob))
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
        switch stopRule.append(text) {
        case .goOn(let certain):
            announce(upTo: certain, onToken)
            return false
        case .stop(let end):
            bytes.removeLast(bytes.count - end)
            announce(upTo: end, onToken)
            // What comes after a stop string, held characters included, is not the answer's.
            assembler = UTF8Assembler()
            return true
        }
    }

    /// Ends the answer.
    ///
    /// - Parameters:
    ///   - isStopped: Whether a stop string ended it; otherwise what was held back belongs to it.
    ///   - onToken: Given the tokens that were held back.
    /// - Returns: The text without white space around it.
    mutating func finish(isStopped: Bool, onToken: (GeneratedToken) -> Void) -> String {
        if !isStopped {
            bytes.append(contentsOf: assembler.finish().utf8)
            announce(upTo: bytes.count, onToken)
        }
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    private mutating func announce(upTo certain: Int, _ onToken: (GeneratedToken) -> Void) {
        while announced < tokens.count, ends[announced] <= certain {
            onToken(tokens[announced])
            announced += 1
        }
    }
}
