import ModelFiles

/// The pieces of a tokenizer as a model's metadata give them, checked.
struct Vocabulary: Sendable {
    /// What a piece is for.
    ///
    /// Raw values are those of `tokenizer.ggml.token_type`, which are those of
    /// `sentencepiece_model.proto` in the repository google/sentencepiece.
    enum PieceType: Int64, Sendable {
        case normal = 1
        case unknown
        case control
        case userDefined
        case unused
        case byte
    }

    /// Texts by which models of these families end an answer, whatever the key of the end token
    /// says; from `llama-vocab.cpp` in the repository ggml-org/llama.cpp.
    static let endTexts: Set<String> = [
        "</s>", "<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "<|endoftext|>", "<end_of_turn>",
        "<EOT>", "<|end|>",
    ]
    /// Texts that stand for a picture or a part of it, or around one.
    private static let pictureTexts: Set<String> = [
        PromptPart.imageMarker, ChatTemplate.pictureMarks.begin, ChatTemplate.pictureMarks.end,
        "<im_patch>",
    ]
    /// More pieces than any vocabulary has; keeps ids far inside 32 bits.
    private static let mostPieces = 1 << 24

    /// The texts of all pieces, by id.
    let pieces: [String]
    /// The types of all pieces, by id.
    let types: [PieceType]
    /// The token a text begins with, if there is one.
    let beginID: TokenID?
    /// The tokens that end an answer; at least one.
    let endIDs: Set<TokenID>
    /// How many of the first pieces an answer is made of.
    ///
    /// Behind them are control tokens that end nothing, such as `<image>` and `<pad>`, and padding:
    /// rows no training has taught anything, which are not for drawing from.
    let answerCount: Int
    /// The token for what nothing else fits, if there is one.
    let unknownID: TokenID?
    /// Finds control tokens in the text of a template.
    let controls: LiteralMatcher
    /// Finds pieces of every type by their bytes.
    let table: PieceTable

    /// Reads the keys every kind of tokenizer has.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `inconsistentModel`.
    init(_ file: any ModelMetadata) throws(EngineError) {
        let pieces = try EngineError.passingOn { () throws(ModelFileError) in
            try file.strings("tokenizer.ggml.tokens")
        }
        guard (1...Self.mostPieces).contains(pieces.count) else {
            throw EngineError(
                .inconsistentModel,
                "\(file.path): key 'tokenizer.ggml.tokens' must hold 1 to \(Self.mostPieces) "
                    + "pieces and holds \(pieces.count); convert the model again")
        }
        let beginID = try Self.token("bos_token_id", of: pieces.count, in: file)
        let unknownID = try Self.token("unknown_token_id", of: pieces.count, in: file)
        var ends: Set<TokenID> = []
        for key in ["eos_token_id", "eot_token_id", "eom_token_id"] {
            if let id = try Self.token(key, of: pieces.count, in: file) { ends.insert(id) }
        }
        var types = try Self.types(of: pieces, in: file)
        for id in ends.union(beginID.map { [$0] } ?? []) { types[Int(id)] = .control }
        for (id, piece) in pieces.enumerated()
        where types[id] == .control && Self.endTexts.contains(piece) {
            ends.insert(TokenID(id))
        }
        guard !ends.isEmpty else {
            throw EngineError(
                .missingPart,
                "\(file.path): a vocabulary needs a token that ends an answer, and key "
                    + "'tokenizer.ggml.eos_token_id' is missing; convert the model again")
        }
        self.pieces = pieces
        self.types = types
        self.beginID = beginID
        self.endIDs = ends
        self.unknownID = unknownID
        let last = pieces.indices.last { id in
            ends.contains(TokenID(id)) || ![.control, .unused].contains(types[id])
        }
        answerCount = (last ?? 0) + 1
        let numbered = pieces.enumerated().map { (bytes: Array($1.utf8), id: TokenID($0)) }
        table = PieceTable(numbered)
        controls = LiteralMatcher(
            numbered.filter { [.control, .unknown].contains(types[Int($0.id)]) })
    }

    /// Finds a piece of any type by its text.
    func id(of piece: String) -> TokenID? {
        Array(piece.utf8).withUnsafeBufferPointer { table.id(of: $0) }
    }

    /// Where a token stands in `pieces` and `types`.
    func index(of id: TokenID) -> Int {
        precondition(
            pieces.indices.contains(Int(id)),
            "token \(id) is not of a vocabulary of \(pieces.count) pieces")
        return Int(id)
    }

    /// The pieces of some types with their bytes.
    func pieces(ofTypes wanted: Set<PieceType>) -> [(bytes: [UInt8], id: TokenID)] {
        pieces.indices.filter { wanted.contains(types[$0]) }
            .map { (bytes: Array(pieces[$0].utf8), id: TokenID($0)) }
    }

    /// Reads the number of a token with a role.
    private static func token(
        _ name: String, of count: Int, in file: any ModelMetadata
    ) throws(EngineError) -> TokenID? {
        let key = "tokenizer.ggml.\(name)"
        let number = try EngineError.passingOn { () throws(ModelFileError) in
            try file.integerIfPresent(key)
        }
        guard let number else { return nil }
        guard (0..<count).contains(number) else {
            throw EngineError(
                .inconsistentModel,
                "\(file.path): key '\(key)' must name one of the \(count) pieces and is \(number); "
                    + "convert the model again")
        }
        return TokenID(number)
    }

    private static func types(
        of pieces: [String], in file: any ModelMetadata
    ) throws(EngineError) -> [PieceType] {
        let key = "tokenizer.ggml.token_type"
        let numbers = try EngineError.passingOn { () throws(ModelFileError) in
            try file.integers(key)
        }
        guard numbers.count == pieces.count else {
            throw EngineError(
                .inconsistentModel,
                "\(file.path): key '\(key)' must have an entry for each of the \(pieces.count) "
                    + "pieces and has \(numbers.count); convert the model again")
        }
        var types: [PieceType] = []
        types.reserveCapacity(numbers.count)
        for (id, number) in numbers.enumerated() {
            guard let type = PieceType(rawValue: number) else {
                throw EngineError(
                    .inconsistentModel,
                    "\(file.path): entries of key '\(key)' must be 1 to 6 and number \(id) is "
                        + "\(number); convert the model again")
            }
            types.append(
                looksLikeControl(pieces[id], type)
                    ? .control : isPadding(pieces[id], id, type) ? .unused : type)
        }
        return types
    }

    /// Whether a converter named a row that no piece has: early versions of `convert_hf_to_gguf.py`
    /// in ggml-org/llama.cpp marked these as pieces to find in text, which no tokenizer does.
    private static func isPadding(_ piece: String, _ id: Int, _ type: PieceType) -> Bool {
        type == .userDefined && piece == "[PAD\(id)]"
    }

    /// Whether a converter marked a control token as a piece that users may type.
    ///
    /// Added tokens of a tokenizer that does not call them special become user-defined, and would
    /// then be found in text of users.
    private static func looksLikeControl(_ piece: String, _ type: PieceType) -> Bool {
        type == .userDefined
            && (endTexts.contains(piece) || pictureTexts.contains(piece)
                || (piece.hasPrefix("<|") && piece.hasSuffix("|>")))
    }
}
