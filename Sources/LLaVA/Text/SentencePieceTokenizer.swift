public import ModelFiles

/// The tokenizer of LLaMA, Vicuna and Mistral: SentencePiece's byte-pair encoding by scores, with
/// a space put in front of every text and bytes for what the vocabulary lacks.
///
/// Follows `bpe_model.cc` of the repository google/sentencepiece. Nothing is normalised but the
/// space, which becomes U+2581: the vocabularies of these models were trained so.
public struct SentencePieceTokenizer: Tokenizer {
    /// U+2581, which stands for a space inside pieces.
    private static let spaceMark = Array("\u{2581}".utf8)

    private let vocabulary: Vocabulary
    private let scores: [Float]
    /// The pieces a text can be joined to.
    private let joinable: PieceTable
    /// The pieces that are matched whole and never joined.
    private let userDefined: LiteralMatcher
    /// The token of every byte, or nil if the vocabulary has no byte tokens.
    private let byteIDs: [TokenID]?
    /// The byte of every byte token.
    private let byteValues: [TokenID: UInt8]
    private let unknownID: TokenID
    private let putsSpaceInFront: Bool

    /// Whether a prompt begins with `beginID`; key `tokenizer.ggml.add_bos_token`, else true.
    public let addsBegin: Bool

    /// Reads the tokenizer of a model.
    ///
    /// - Parameter file: A model's metadata with keys `tokenizer.ggml.*` of model "llama".
    /// - Throws: `EngineError` of kind `unsupportedModel`, `missingPart` or `inconsistentModel`.
    public init(_ file: any ModelMetadata) throws(EngineError) {
        let keys = try EngineError.passingOn { () throws(ModelFileError) in
            (
                model: try file.string("tokenizer.ggml.model"),
                scores: try file.floats("tokenizer.ggml.scores"),
                addsBegin: try file.boolIfPresent("tokenizer.ggml.add_bos_token") ?? true,
                spaceInFront: try file.boolIfPresent("tokenizer.ggml.add_space_prefix") ?? true
            )
        }
        guard keys.model == "llama" else {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): key 'tokenizer.ggml.model' of a SentencePiece tokenizer is 'llama' "
                    + "and here '\(keys.model)'; use a model of the LLaMA or Mistral family")
        }
        vocabulary = try Vocabulary(file)
        addsBegin = keys.addsBegin
        putsSpaceInFront = keys.spaceInFront
        scores = keys.scores
        try Self.check(scores: keys.scores, of: vocabulary, path: file.path)
        let bytes = try Self.byteTokens(of: vocabulary, path: file.path)
        byteIDs = bytes
        byteValues = Dictionary(
            uniqueKeysWithValues: (bytes ?? []).enumerated().map { ($1, UInt8($0)) })
        guard bytes != nil || vocabulary.unknownID != nil else {
            throw EngineError(
                .missingPart,
                "\(file.path): a vocabulary without byte tokens needs key "
                    + "'tokenizer.ggml.unknown_token_id'; convert the model again")
        }
        unknownID = vocabulary.unknownID ?? 0
        if addsBegin, vocabulary.beginID == nil {
            throw EngineError(
                .missingPart,
                "\(file.path): texts begin with a token here and key "
                    + "'tokenizer.ggml.bos_token_id' is missing; convert the model again")
        }
        joinable = PieceTable(vocabulary.pieces(ofTypes: [.normal, .userDefined]))
        userDefined = LiteralMatcher(
            vocabulary.pieces(ofTypes: [.userDefined]).map {
                (bytes: Self.markingSpaces($0.bytes), id: $0.id)
            })
    }

    /// How many pieces the vocabulary has.
    public var vocabularySize: Int { vocabulary.pieces.count }
    /// How many of the first pieces an answer is made of; behind them is padding.
    public var answerCount: Int { vocabulary.answerCount }
    /// The token a text begins with, if the vocabulary has one.
    public var beginID: TokenID? { vocabulary.beginID }
    /// The tokens by which a model says that its answer is over.
    public var endIDs: Set<TokenID> { vocabulary.endIDs }
    /// Whether the space in front of a decoded text is the tokenizer's own and to be dropped.
    public var dropsLeadingSpace: Bool { putsSpaceInFront }

    /// Encodes text without control tokens.
    ///
    /// - Parameter text: Any text.
    /// - Returns: Ids without a beginning or end token; none for an empty text.
    /// - Complexity: O(n log n) for n bytes.
    public func encodePlain(_ text: String) -> [TokenID] {
        guard !text.isEmpty else { return [] }
        let marked = (putsSpaceInFront ? Self.spaceMark : []) + Self.markingSpaces(text.utf8)
        var ids: [TokenID] = []
        marked.withUnsafeBufferPointer { bytes in
            let symbols = SymbolMerger.merge(symbols(of: bytes)) { start, _, end in
                joinable.id(of: UnsafeBufferPointer(rebasing: bytes[start..<end]))
                    .map { scores[Int($0)] }
            }
            ids.reserveCapacity(symbols.count)
            for symbol in symbols {
                let piece = bytes[symbol.start..<symbol.start + symbol.length]
                if let id = symbol.fixed ?? joinable.id(of: UnsafeBufferPointer(rebasing: piece)) {
                    ids.append(id)
                } else if let byteIDs {
                    ids.append(contentsOf: piece.map { byteIDs[Int($0)] })
                } else if ids.last != unknownID {
                    // A run of what the vocabulary lacks is one token, as in sentencepiece.
                    ids.append(unknownID)
                }
            }
        }
        return ids
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
    /// - Parameter piece: The text as the vocabulary stores it, such as "</s>".
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
        case .byte:
            if let value = byteValues[id] { bytes.append(value) }
        case .normal, .userDefined, .unused:
            for scalar in vocabulary.pieces[index].unicodeScalars {
                bytes.append(contentsOf: UTF8.encode(shown(scalar)) ?? .init())
            }
        }
    }

    /// What a person is shown for a token: control and byte tokens by their names.
    ///
    /// - Parameter id: A token of this vocabulary.
    /// - Returns: Printable text.
    public func pieceText(_ id: TokenID) -> String { spacedText(vocabulary.index(of: id)) }

    private func spacedText(_ index: Int) -> String {
        var text = String.UnicodeScalarView()
        for scalar in vocabulary.pieces[index].unicodeScalars {
            text.append(shown(scalar))
        }
        return String(text)
    }

    /// Pieces have this mark where the text has a space.
    private func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar == "\u{2581}" ? " " : scalar
    }

    /// One symbol per Unicode scalar, and one per user-defined piece.
    private func symbols(of bytes: UnsafeBufferPointer<UInt8>) -> [SymbolMerger.Symbol] {
        var symbols: [SymbolMerger.Symbol] = []
        symbols.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if let (id, length) = userDefined.match(in: bytes, at: position) {
                symbols.append(.init(start: position, length: length, fixed: id))
                position += length
                continue
            }
            // The bytes are of a String, so a lead byte alone tells a scalar's length.
            let length =
                switch bytes[position] {
                case 0x00...0x7F: 1
                case 0x80...0xDF: 2
                case 0xE0...0xEF: 3
                default: 4
                }
            symbols.append(.init(start: position, length: length))
            position += length
        }
        return symbols
    }

    private static func markingSpaces(_ text: some Sequence<UInt8>) -> [UInt8] {
        var marked: [UInt8] = []
        marked.reserveCapacity(text.underestimatedCount)
        for byte in text {
            if byte == UInt8(ascii: " ") {
                marked.append(contentsOf: spaceMark)
            } else {
                marked.append(byte)
            }
        }
        return marked
    }

    private static func check(
        scores: [Float], of vocabulary: Vocabulary, path: String
    ) throws(EngineError) {
        guard scores.count == vocabulary.pieces.count else {
            throw EngineError(
                .inconsistentModel,
                "\(path): key 'tokenizer.ggml.scores' must have an entry for each of the "
                    + "\(vocabulary.pieces.count) pieces and has \(scores.count); convert the "
                    + "model again")
        }
        if let id = scores.firstIndex(where: \.isNaN) {
            throw EngineError(
                .inconsistentModel,
                "\(path): entries of key 'tokenizer.ggml.scores' must be numbers and number \(id) "
                    + "is not; convert the model again")
        }
    }

    /// The token of every byte value: all 256, or nil if the vocabulary has none.
    private static func byteTokens(
        of vocabulary: Vocabulary, path: String
    ) throws(EngineError) -> [TokenID]? {
        let named = vocabulary.pieces(ofTypes: [.byte])
        guard !named.isEmpty else { return nil }
        let table = PieceTable(named)
        let digits = Array("0123456789ABCDEF".utf8)
        var ids: [TokenID] = []
        for byte in 0..<256 {
            let name = Array("<0x".utf8) + [digits[byte / 16], digits[byte % 16]] + [0x3E]
            guard let id = name.withUnsafeBufferPointer({ table.id(of: $0) }) else {
                throw EngineError(
                    .inconsistentModel,
                    "\(path): a vocabulary with byte tokens has all 256, and "
                        + "'\(String(decoding: name, as: UTF8.self))' is missing; convert the "
                        + "model again")
            }
            ids.append(id)
        }
        return ids
    }
}
