import ModelFiles

/// Turns a `tokenizer.json` of byte-pair encoding into the keys of a GGUF file.
///
/// The format is that of the repository huggingface/tokenizers. Two kinds are read: LLaMA's, whose
/// pieces hold U+2581 for spaces and fall back to bytes, and byte-level ones.
struct TokenizerJSON {
    /// The expressions by which words are cut, as the files of the families spell them.
    private static let families = [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"#
            + #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#: "llama-bpe",
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"#
            + #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#: "qwen2",
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: "gpt-2",
    ]

    private let file: JSONFile
    private let model: JSONObject

    /// Wraps a file.
    ///
    /// - Throws: `EngineError` of kind `unsupportedModel`.
    init(_ file: JSONFile) throws(EngineError) {
        guard case .object(let model)? = file.object["model"] else {
            throw EngineError(
                .inconsistentModel,
                "\(file.path): a tokenizer has an object 'model' and this file has none; fetch it "
                    + "again")
        }
        // Files from before the member existed are told by their merges.
        if case .string(let type)? = model["type"], type != "BPE" {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): 'model.type' is '\(type)', but tokenizers of byte-pair encoding "
                    + "('BPE') are read; use a model of the LLaMA, Mistral or Qwen family")
        }
        self.file = file
        self.model = model
    }

    /// Adds the pieces and gives the other keys.
    ///
    /// - Throws: `EngineError` of kind `unsupportedModel` or `inconsistentModel`.
    func metadata(_ pieces: inout CheckpointPieces) throws(EngineError) -> [String: GGUFValue] {
        guard case .object(let vocabulary)? = model["vocab"] else { throw malformed("vocab") }
        let merges = try merges()
        let isSentencePiece = model["byte_fallback"] == .bool(true)
        let scores = isSentencePiece ? Self.scores(of: merges) : [:]
        for member in vocabulary.members {
            guard case .integer(let id) = member.value else { throw malformed("vocab") }
            try pieces.add(
                member.name, id: Int(id),
                score: scores[Array(member.name.utf8)] ?? Self.neverJoined,
                type: isSentencePiece ? type(of: member.name) : .normal, path: file.path)
        }
        if isSentencePiece {
            return [
                "tokenizer.ggml.model": .string("llama"),
                "tokenizer.ggml.pre": .string("default"),
                "tokenizer.ggml.add_space_prefix": .bool(putsSpaceInFront),
            ]
        }
        return [
            "tokenizer.ggml.model": .string("gpt2"),
            "tokenizer.ggml.pre": .string(try family()),
            "tokenizer.ggml.merges": .strings(merges.map { "\($0.left) \($0.right)" }),
            ByteLevelTokenizer.compositionKey: .bool(try composesText()),
        ]
    }

    // MARK: Merges

    /// Below every score of a merge.
    private static let neverJoined: Float = -1e9

    /// The pairs, best first: "left right", or two texts.
    private func merges() throws(EngineError) -> [(left: Substring, right: Substring)] {
        guard case .array(let values)? = model["merges"] else { throw malformed("merges") }
        var merges: [(left: Substring, right: Substring)] = []
        merges.reserveCapacity(values.count)
        for value in values {
            switch value {
            case .string(let text):
                let parts = text.split(separator: " ", omittingEmptySubsequences: false)
                guard parts.count == 2 else { throw malformed("merges") }
                merges.append((parts[0], parts[1]))
            case .array(let pair):
                guard pair.count == 2, case .string(let left) = pair[0],
                    case .string(let right) = pair[1]
                else { throw malformed("merges") }
                merges.append((left[...], right[...]))
            default: throw malformed("merges")
            }
        }
        return merges
    }

    /// The score of each joined piece: the rank of the first pair that makes it, negated.
    ///
    /// The merges of such a file were made from scores, in their order, so this order is theirs.
    private static func scores(
        of merges: [(left: Substring, right: Substring)]
    ) -> [[UInt8]: Float] {
        var scores: [[UInt8]: Float] = [:]
        for (rank, merge) in merges.enumerated() {
            let joined = Array(merge.left.utf8) + Array(merge.right.utf8)
            if scores[joined] == nil { scores[joined] = -Float(rank) }
        }
        return scores
    }

    // MARK: Kinds

    private func type(of piece: String) -> Vocabulary.PieceType {
        if case .string(let unknown)? = model["unk_token"], unknown == piece { return .unknown }
        let bytes = Array(piece.utf8)
        let isByte =
            bytes.count == 6 && bytes.starts(with: Array("<0x".utf8))
            && bytes[5] == UInt8(ascii: ">")
            && UInt8(String(decoding: bytes[3..<5], as: UTF8.self), radix: 16) != nil
        return isByte ? .byte : .normal
    }

    /// Whether a space is put in front of a text: by a normaliser in old files, by the cutter of
    /// words in new ones.
    private var putsSpaceInFront: Bool {
        for step in steps("normalizer") where step["type"] == .string("Prepend") { return true }
        for step in steps("pre_tokenizer") where step["type"] == .string("Metaspace") {
            if let scheme = step["prepend_scheme"] { return scheme != .string("never") }
            return step["add_prefix_space"] != .bool(false)
        }
        return false
    }

    /// The family of a byte-level tokenizer, by how it cuts words.
    private func family() throws(EngineError) -> String {
        let steps = steps("pre_tokenizer")
        guard !steps.contains(where: { $0["add_prefix_space"] == .bool(true) }) else {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): 'pre_tokenizer' puts a space in front of texts, which this engine "
                    + "does not; use a model of the LLaMA 3, Qwen or MPT family")
        }
        for step in steps where step["type"] == .string("Split") {
            guard case .object(let pattern)? = step["pattern"],
                case .string(let expression)? = pattern["Regex"]
            else { continue }
            guard let family = Self.families[expression] else {
                throw EngineError(
                    .unsupportedModel,
                    "\(file.path): the words of 'pre_tokenizer' are cut by an expression this "
                        + "engine does not know; use a model of the LLaMA 3 or Qwen 2 family")
            }
            return family
        }
        for step in steps where step["type"] == .string("ByteLevel") {
            if step["use_regex"] != .bool(false) { return "gpt-2" }
        }
        throw EngineError(
            .unsupportedModel,
            "\(file.path): 'pre_tokenizer' is of no kind this engine knows; use a model of the "
                + "LLaMA, Mistral, Qwen or MPT family")
    }

    /// Whether a byte-level tokenizer composes text first, the one change to it that is known.
    private func composesText() throws(EngineError) -> Bool {
        let types = steps("normalizer").map { $0["type"] }
        guard types.allSatisfy({ $0 == .string("NFC") }) else {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): 'normalizer' changes text by more than composing it ('NFC'), which "
                    + "this engine does not know; use a model of the LLaMA 3, Qwen or MPT family")
        }
        return !types.isEmpty
    }

    /// The steps of a normaliser or a cutter: its parts if it is a sequence, else itself.
    private func steps(_ name: String) -> [JSONObject] {
        guard case .object(let object)? = file.object[name] else { return [] }
        guard object["type"] == .string("Sequence") else { return [object] }
        let list = object["normalizers"] ?? object["pretokenizers"]
        guard case .array(let values)? = list else { return [] }
        return values.compactMap { value in
            guard case .object(let step) = value else { return nil }
            return step
        }
    }

    private func malformed(_ member: String) -> EngineError {
        EngineError(
            .inconsistentModel,
            "\(file.path): 'model.\(member)' is not what a tokenizer of byte-pair encoding has; "
                + "fetch the file again")
    }
}
