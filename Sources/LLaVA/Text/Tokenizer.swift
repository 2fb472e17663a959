/// The number of a piece in a vocabulary.
public typealias TokenID = Int32

/// Turns text into token ids and back; one per model, shared by all threads.
public protocol Tokenizer: Sendable {
    /// How many pieces the vocabulary has.
    var vocabularySize: Int { get }
    /// How many of the first pieces an answer is made of; behind them is padding.
    var answerCount: Int { get }
    /// The token a text begins with, if the vocabulary has one.
    var beginID: TokenID? { get }
    /// The tokens by which a model says that its answer is over.
    var endIDs: Set<TokenID> { get }
    /// Whether a prompt begins with `beginID`.
    var addsBegin: Bool { get }
    /// Whether the space in front of a decoded text is the tokenizer's own and to be dropped.
    var dropsLeadingSpace: Bool { get }

    /// Encodes text without control tokens: what looks like one becomes ordinary pieces.
    ///
    /// - Parameter text: Any text.
    /// - Returns: Ids without a beginning or end token; none for an empty text.
    func encodePlain(_ text: String) -> [TokenID]

    /// Splits text at the literal texts of control tokens, the longest at each place.
    ///
    /// - Parameter text: Text of a template, never of a user.
    /// - Returns: The parts in order; none is an empty text.
    func controlFragments(of text: String) -> [TextFragment]

    /// Finds a piece by its text.
    ///
    /// - Parameter piece: The text as the vocabulary stores it, such as "</s>".
    /// - Returns: Nil if no piece has this text.
    func id(of piece: String) -> TokenID?

    /// Appends the bytes a token adds to a decoded text: none for a control token.
    ///
    /// - Parameters:
    ///   - id: A token of this vocabulary.
    ///   - bytes: Gets bytes which need not be whole characters.
    func appendPiece(_ id: TokenID, to bytes: inout [UInt8])

    /// What a person is shown for a token: control and byte tokens by their names.
    ///
    /// - Parameter id: A token of this vocabulary.
    /// - Returns: Printable text.
    func pieceText(_ id: TokenID) -> String
}

extension Tokenizer {
    /// All pieces.
    public var answerCount: Int { vocabularySize }

    /// Encodes text.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - parsingSpecial: Whether the literal text of a control token becomes that token. Never
    ///     pass true for text of a user: a `</s>` in it would end the prompt.
    /// - Returns: Ids without a beginning token; the text between control tokens is encoded part
    ///   by part, each with its own leading space, as LLaMA's first tokenizer did.
    public func encode(_ text: String, parsingSpecial: Bool) -> [TokenID] {
        guard parsingSpecial else { return encodePlain(text) }
        return controlFragments(of: text).flatMap { fragment in
            switch fragment {
            case .text(let text): encodePlain(text)
            case .token(let id): [id]
            }
        }
    }

    /// The bytes a token adds to a decoded text: none for a control token.
    ///
    /// - Parameter id: A token of this vocabulary.
    /// - Returns: Bytes which need not be whole characters.
    public func pieceBytes(_ id: TokenID) -> [UInt8] {
        var bytes: [UInt8] = []
        appendPiece(id, to: &bytes)
        return bytes
    }

    /// Decodes tokens to text.
    ///
    /// - Parameter ids: Tokens of this vocabulary.
    /// - Returns: The text without control tokens; bytes that are no UTF-8 are U+FFFD, one each.
    public func decode(_ ids: [TokenID]) -> String {
        var assembler = UTF8Assembler()
        var text = ""
        for id in ids { text += assembler.append { appendPiece(id, to: &$0) } }
        text += assembler.finish()
        if dropsLeadingSpace, text.unicodeScalars.first == " " { text.unicodeScalars.removeFirst() }
        return text
    }
}
