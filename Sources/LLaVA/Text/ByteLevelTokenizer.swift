public import ModelFiles

/// The tokenizer of GPT-2, MPT, LLaMA 3 and Qwen 2: byte-pair encoding by ranked merges, inside
/// words, over bytes written as printable characters.
///
/// Qwen's and MPT's compose text first (Unicode form C), so that "e" and a combining accent are the
/// one letter they look like. llama.cpp leaves that out.
public struct ByteLevelTokenizer: Tokenizer {
    /// What differs between the families, by `tokenizer.ggml.pre`.
    private struct Family: Sendable {
        var splitter: WordSplitter
        /// Whether a word that is a piece is that piece, whatever the merges say.
        var looksUpWords = false
        var addsBegin = false
        /// Whether text is composed first, as `normalizer` of the family's `tokenizer.json` says.
        var composesText = false
    }

    /// The key by which a file says whether text is composed first; GGUF converters have none.
    static let compositionKey = "llava.tokenizer.composes_text"

    private static let families: [String: Family] = [
        "llama-bpe": Family(splitter: .llama3, looksUpWords: true, addsBegin: true),
        "qwen2": Family(splitter: .qwen2, composesText: true),
        "gpt-2": Family(splitter: .gpt2),
        "mpt": Family(splitter: .gpt2, composesText: true),
    ]

    private let vocabulary: Vocabulary
    private let family: Family
    private let composesText: Bool
    private let alphabet = ByteAlphabet()
    /// The pieces words are made of.
    private let joinable: PieceTable
    /// The ranks of merges, by "left right".
    private let merges: PieceTable
    /// Pieces of whole text, such as runs of spaces, that are found before words are cut.
    private let userDefined: LiteralMatcher
    /// The token of every byte; nil for some that no UTF-8 has.
    private let byteIDs: [TokenID?]

    /// Whether a prompt begins with `beginID`; key `tokenizer.ggml.add_bos_token`, else as the
    /// family has it.
    public let addsBegin: Bool

    /// Reads the tokenizer of a model.
    ///
    /// - Parameter file: A model's metadata with keys `tokenizer.ggml.*` of model "gpt2".
    /// - Throws: `EngineError` of kind `unsupportedModel`, `missingPart` or `inconsistentModel`.
    public init(_ file: any ModelMetadata) throws(EngineError) {
        let keys = try EngineError.passingOn { () throws(ModelFileError) in
            (
                family: try file.string("tokenizer.ggml.pre"),
                merges: try file.strings("tokenizer.ggml.merges"),
                addsBegin: try file.boolIfPresent("tokenizer.ggml.add_bos_token"),
                composesText: try file.boolIfPresent(Self.compositionKey)
            )
        }
        guard let family = Self.families[keys.family] else {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): key 'tokenizer.ggml.pre' must be one of "
                    + Self.families.keys.sorted().joined(separator: ", ")
                    + " and is '\(keys.family)'; convert the model with its own tokenizer")
        }
        self.family = family
        composesText = keys.composesText ?? family.composesText
        vocabulary = try Vocabulary(file)
        addsBegin = keys.addsBegin ?? family.addsBegin
        if addsBegin, vocabulary.beginID == nil {
            throw EngineError(
                .missingPart,
                "\(file.path): texts begin with a token here and key "
                    + "'tokenizer.ggml.bos_token_id' is missing; convert the model again")
        }
        if let rank = keys.merges.firstIndex(where: { !Self.isPair($0) }) {
            throw EngineError(
                .inconsistentModel,
                "\(file.path): entries of key 'tokenizer.ggml.merges' are two pieces with a space "
                    + "between, and number \(rank) is \(keys.merges[rank].debugDescription); "
                    + "convert the model again")
        }
        merges = PieceTable(
            keys.merges.enumerated().map { (bytes: Array($1.utf8), id: TokenID($0)) })
        joinable = PieceTable(vocabulary.pieces(ofTypes: [.normal]))
        userDefined = LiteralMatcher(vocabulary.pieces(ofTypes: [.userDefined]))
        byteIDs = try Self.byteTokens(in: joinable, alphabet, path: file.path)
    }

    /// How many pieces the vocabulary has.
    public var vocabularySize: Int { vocabulary.pieces.count }
    /// How many of the first pieces an answer is made of; behind them is padding.
    public var answerCount: Int { vocabulary.answerCount }
    /// The token a text begins with, if the vocabulary has one.
    public var beginID: TokenID? { vocabulary.beginID }
    /// The tokens by which a model says that its answer is over.
    public var endIDs: Set<TokenID> { vocabulary.endIDs }
    /// Whether the space in front of a decoded text is to be dropped: never here.
    public var dropsLeadingSpace: Bool { false }

    /// Encodes text without control tokens.
    ///
    /// - Parameter text: Any text.
    /// - Returns: Ids without a beginning or end token; none for an empty text.
    /// - Complexity: O(n log m) for n bytes in words of at most m.
    public func encodePlain(_ text: String) -> [TokenID] {
        let text = composesText ? ComposedText.of(text) : text
        return userDefined.fragments(of: text).flatMap { fragment -> [TokenID] in
            switch fragment {
            case .token(let id): [id]
            case .text(let text): family.splitter.words(of: text).flatMap { encode(word: $0) }
            }
        }
    }

    private func encode(word: String) -> [TokenID] {
        var bytes: [UInt8] = []
        var symbols: [SymbolMerger.Symbol] = []
        for byte in word.utf8 {
            let character = alphabet.characters[Int(byte)]
            symbols.append(.init(start: bytes.count, length: character.count))
            bytes += character
        }
        return bytes.withUnsafeBufferPointer { bytes in
            if family.looksUpWords, let id = joinable.id(of: bytes) { return [id] }
            var pair: [UInt8] = []
            let merged = SymbolMerger.merge(symbols) { start, middle, end in
                pair.removeAll(keepingCapacity: true)
                pair += bytes[start..<middle]
                pair.append(UInt8(ascii: " "))
                pair += bytes[middle..<end]
                // Ranks are below 2^24, so a Float holds them exactly; the lowest is merged first.
                return pair.withUnsafeBufferPointer { merges.id(of: $0) }.map { -Float($0) }
            }
            return merged.flatMap { symbol -> [TokenID] in
                let piece = bytes[symbol.start..<symbol.start + symbol.length]
                if let id = joinable.id(of: UnsafeBufferPointer(rebasing: piece)) { return [id] }
                return alphabet.bytes(of: String(decoding: piece, as: UTF8.self))
                    .compactMap { byteIDs[Int($0)] }
            }
        }
    }

    /// Splits text at the literal texts of control tokens.
    ///
    /// - Parameter text: Text of a template, never of a user.
    /// - Returns: The parts in order; none is an empty text.
    public func controlFragments(of text: String) -> [TextFragment] {
        vocabulary.controls.fragments(of: text)
    }

    /// Finds a piece by its text.
    ///
    /// - Parameter piece: The text as the vocabulary stores it, such as "<|im_end|>".
    /// - Returns: Nil if no piece has this text.
    public func id(of piece: String) -> TokenID? { vocabulary.id(of: piece) }

    /// Appends the bytes a token adds to a decoded text: none for a control token.
    ///
    /// - Parameters:
    ///   - id: A token of this vocabulary.
    ///   - bytes: Gets bytes which need not be whole characters.
    public func appendPiece(_ id: TokenID, to bytes: inout [UInt8]) {
        let index = vocabulary.index(of: id)
        switch vocabulary.types[index] {
        case .control, .unknown: break
        case .userDefined, .unused: bytes.append(contentsOf: vocabulary.pieces[index].utf8)
        case .normal, .byte: alphabet.append(vocabulary.pieces[index], to: &bytes)
        }
    }

    /// What a person is shown for a token: control tokens by their names.
    ///
    /// - Parameter id: A token of this vocabulary.
    /// - Returns: Printable text; bytes that are no whole character are U+FFFD.
    public func pieceText(_ id: TokenID) -> String {
        let index = vocabulary.index(of: id)
        return vocabulary.types[index] == .normal
            ? String(decoding: pieceBytes(id), as: UTF8.self) : vocabulary.pieces[index]
    }

    private static func isPair(_ merge: String) -> Bool {
        let parts = merge.utf8.split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
    }

    /// The token of every byte; those no UTF-8 has may be missing, as they are in MPT's vocabulary.
    private static func byteTokens(
        in table: PieceTable, _ alphabet: ByteAlphabet, path: String
    ) throws(EngineError) -> [TokenID?] {
        var ids: [TokenID?] = []
        for (byte, character) in alphabet.characters.enumerated() {
            let id = character.withUnsafeBufferPointer { table.id(of: $0) }
            let occurs = byte < 0xF5 && byte != 0xC0 && byte != 0xC1
            guard id != nil || !occurs else {
                throw EngineError(
                    .inconsistentModel,
                    "\(path): a byte-level vocabulary has a piece for every byte, and "
                        + "'\(String(decoding: character, as: UTF8.self))' for byte \(byte) is "
                        + "missing; convert the model again")
            }
            ids.append(id)
        }
        return ids
    }
}
