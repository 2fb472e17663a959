import ModelFiles

/// Turns a `tokenizer.model` into the keys of a GGUF file.
struct SentencePieceTranslation {
    /// The file.
    let path: String

    /// Adds the pieces and gives the other keys.
    ///
    /// - Throws: `EngineError` of kind `file`, `unsupportedModel` or `inconsistentModel`.
    func metadata(_ pieces: inout CheckpointPieces) throws(EngineError) -> [String: GGUFValue] {
        let model = try EngineError.passingOn { () throws(ModelFileError) in
            try SentencePieceModel(path: path)
        }
        guard model.algorithm == .bytePairs, !model.replacesCharacters, !model.joinsSpaces else {
            throw EngineError(
                .unsupportedModel,
                "\(path): the tokenizer must join pairs (BPE) of text as it is, and this one "
                    + "\(model.algorithm == .bytePairs ? "changes text first" : "does not"); use "
                    + "a model of the LLaMA or Mistral family")
        }
        for (id, piece) in model.pieces.enumerated() {
            guard let type = Vocabulary.PieceType(rawValue: piece.type) else {
                throw EngineError(
                    .inconsistentModel,
                    "\(path): types of pieces are 1 to 6 and that of number \(id) is "
                        + "\(piece.type); fetch the file again")
            }
            try pieces.add(piece.text, id: id, score: piece.score, type: type, path: path)
        }
        var keys: [String: GGUFValue] = [
            "tokenizer.ggml.model": .string("llama"),
            "tokenizer.ggml.pre": .string("default"),
            "tokenizer.ggml.add_space_prefix": .bool(model.putsSpaceInFront),
        ]
        for (id, key) in [
            (model.unknownID, "unknown_token_id"), (model.beginID, "bos_token_id"),
            (model.endID, "eos_token_id"),
        ] where id >= 0 {
            keys["tokenizer.ggml.\(key)"] = .unsigned(UInt64(id))
        }
        return keys
    }
}
