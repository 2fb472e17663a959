public import ModelFiles

extension ModelMetadata {
    /// Reads the tokenizer of the model, of whichever kind it is.
    ///
    /// - Returns: The tokenizer.
    /// - Throws: `EngineError` of kind `unsupportedModel`, `missingPart` or `inconsistentModel`.
    public func tokenizer() throws(EngineError) -> any Tokenizer {
        let model = try EngineError.passingOn { () throws(ModelFileError) in
            try string("tokenizer.ggml.model")
        }
        switch model {
        case "llama": return try SentencePieceTokenizer(self)
        case "gpt2": return try ByteLevelTokenizer(self)
        default:
            throw EngineError(
                .unsupportedModel,
                "\(path): tokenizers of kind 'llama' and 'gpt2' are read, and key "
                    + "'tokenizer.ggml.model' is '\(model)'; use a model of the LLaMA, Mistral, "
                    + "Qwen or MPT family")
        }
    }
}
