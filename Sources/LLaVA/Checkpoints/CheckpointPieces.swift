import ModelFiles

/// The pieces of a checkpoint's tokenizer while its files are read, one file after the other.
///
/// There is one piece for each row of the token embedding; rows that no file names are padding.
struct CheckpointPieces {
    /// The score a converter gives what is never joined (`gguf-py/gguf/vocab.py`).
    private static let addedScore: Float = -1000

    private struct Piece {
        var text: String
        var score: Float
        var type: Vocabulary.PieceType
    }

    private var pieces: [Piece?]

    /// Makes as many free places as the token embedding has rows.
    init(rows: Int) { pieces = Array(repeating: nil, count: rows) }

    /// Names a piece of the tokenizer's own vocabulary.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if there is no such place.
    mutating func add(
        _ text: String, id: Int, score: Float, type: Vocabulary.PieceType, path: String
    ) throws(EngineError) {
        try check(text, id: id, path: path)
        guard pieces[id] == nil else { throw twice(id, text, path: path) }
        pieces[id] = Piece(text: text, score: score, type: type)
    }

    /// Names a piece that was added to the vocabulary, or says of one in it that it was.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - id: Its number.
    ///   - isSpecial: Whether it is a control token, which text of users never becomes. Texts in
    ///     angle brackets always are: some tokenizers forget to say so of `<image>`.
    ///   - path: The file, for messages.
    /// - Throws: `EngineError` of kind `inconsistentModel` if the place is another piece's.
    mutating func addSpecial(
        _ text: String, id: Int, isSpecial: Bool, path: String
    ) throws(EngineError) {
        try check(text, id: id, path: path)
        let isControl = isSpecial || (text.hasPrefix("<") && text.hasSuffix(">"))
        guard let known = pieces[id] else {
            pieces[id] = Piece(
                text: text, score: Self.addedScore, type: isControl ? .control : .userDefined)
            return
        }
        guard known.text.utf8.elementsEqual(text.utf8) else {
            throw twice(id, text, path: path)
        }
        if known.type == .normal { pieces[id]?.type = isControl ? .control : .userDefined }
    }

    /// The number of a piece.
    func id(of text: String) -> Int? {
        pieces.firstIndex { $0?.text.utf8.elementsEqual(text.utf8) == true }
    }

    /// The first number up to another that no piece has.
    func firstGap(upTo last: Int) -> Int? {
        (0..<max(0, min(last + 1, pieces.count))).first { pieces[$0] == nil }
    }

    /// Whether a piece is one of those that text is made of.
    func isOrdinary(_ id: Int) -> Bool {
        pieces.indices.contains(id) && pieces[id]?.type == .normal
    }

    /// Whether a piece is known to end answers by its text alone.
    func endsAnswers(_ id: Int) -> Bool {
        guard pieces.indices.contains(id), let piece = pieces[id] else { return false }
        return piece.type == .control && Vocabulary.endTexts.contains(piece.text)
    }

    /// The keys of a GGUF file, padding named as its converter names it.
    func metadata() -> [String: GGUFValue] {
        let padded = pieces.enumerated().map { id, piece in
            piece ?? Piece(text: "[PAD\(id)]", score: -10_000, type: .unused)
        }
        return [
            "tokenizer.ggml.tokens": .strings(padded.map(\.text)),
            "tokenizer.ggml.scores": .floats(padded.map(\.score)),
            "tokenizer.ggml.token_type": .integers(padded.map(\.type.rawValue)),
        ]
    }

    private func check(_ text: String, id: Int, path: String) throws(EngineError) {
        guard pieces.indices.contains(id) else {
            throw EngineError(
                .inconsistentModel,
                "\(path): piece \(text.debugDescription) has the number \(id), but the token "
                    + "embedding has \(pieces.count) rows; use the tokenizer of this model")
        }
    }

    private func twice(_ id: Int, _ text: String, path: String) -> EngineError {
        EngineError(
            .inconsistentModel,
            "\(path): number \(id) is both \((pieces[id]?.text ?? "").debugDescription) and "
                + "\(text.debugDescription); use the tokenizer files of one version of the model")
    }
}
