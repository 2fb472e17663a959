/// What a class of huggingface/transformers knows of its tokenizer that no file says.
///
/// `tokenization_qwen2.py` and `tokenization_gpt2.py`; the classes ending in "Fast" are older names of
/// the same ones.
struct TokenizerClass {
    /// How words are cut, as `tokenizer.ggml.pre` calls it.
    let family: String
    /// Whether text is composed first (Unicode's form C).
    let composesText: Bool
    /// The roles that `defaultToken` has where the files name no other.
    let roles: Set<String>

    /// The token with a role in every class.
    static let defaultToken = "<|endoftext|>"

    private static let known: [String: TokenizerClass] = [
        "GPT2Tokenizer": gpt2, "GPT2TokenizerFast": gpt2, "Qwen2Tokenizer": qwen2,
        "Qwen2TokenizerFast": qwen2,
    ]
    private static let gpt2 = TokenizerClass(
        family: "gpt-2", composesText: false, roles: ["bos_token", "eos_token"])
    private static let qwen2 = TokenizerClass(
        family: "qwen2", composesText: true, roles: ["eos_token"])

    /// Finds the class a configuration names.
    ///
    /// - Parameter configuration: `tokenizer_config.json`.
    /// - Returns: The class.
    /// - Throws: `EngineError` of kind `unsupportedModel` or `inconsistentModel`.
    static func named(
        in configuration: ConfigurationSection
    ) throws(EngineError) -> TokenizerClass {
        let name = try configuration.text("tokenizer_class")
        guard let found = name.flatMap({ known[$0] }) else {
            throw unsupported(
                configuration.path, "'tokenizer_class' is \(name.map { "'\($0)'" } ?? "missing")")
        }
        guard try configuration.truth("add_prefix_space") != true else {
            throw unsupported(configuration.path, "'add_prefix_space' is true")
        }
        return found
    }

    /// The error for what the files leave open.
    static func unsupported(_ path: String, _ found: String) -> EngineError {
        EngineError(
            .unsupportedModel,
            "\(path): \(found), but 'vocab.json' and 'merges.txt' are read without spaces put in "
                + "front and for the classes \(known.keys.sorted().joined(separator: ", ")); load "
                + "the tokenizer with its own class of transformers and add the 'tokenizer.json' "
                + "that save_pretrained writes")
    }
}
