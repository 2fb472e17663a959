import ModelFiles

/// Reads the language model's part of a checkpoint's `config.json`.
///
/// Members that are missing have the defaults of the class that reads them: the files of the llava-hf
/// repositories state only what differs.
struct CheckpointLanguage {
    /// The defaults of a class of transformers.
    private struct Defaults {
        var feedForwardWidth = 11008
        /// Nil for as many as query heads.
        var keyValueHeads: Int?
        var contextLength = 2048
        var slidingWindow: Int?
    }

    /// `configuration_llama.py` and `configuration_mistral.py` of huggingface/transformers.
    private static let families = [
        "llama": Defaults(),
        "mistral": Defaults(
            feedForwardWidth: 14336, keyValueHeads: 8, contextLength: 131_072,
            slidingWindow: 4096),
    ]

    /// The original repository's names for models on these families.
    private static let originals = [
        "llava": "llama", "llava_next": "llama", "llava_llama": "llama", "llava_mistral": "mistral",
    ]

    /// The members of the language model.
    let section: ConfigurationSection
    /// Whether the file is of the original repository, whose members stand at the top.
    let isOriginal: Bool
    private let defaults: Defaults

    /// Finds the language model's members.
    ///
    /// - Parameter root: The whole file.
    /// - Throws: `EngineError` of kind `unsupportedModel` or `inconsistentModel`.
    init(_ root: ConfigurationSection) throws(EngineError) {
        let type = try root.text("model_type") ?? "llava"
        guard let original = Self.originals[type] else {
            throw EngineError(
                .unsupportedModel,
                "\(root.path): 'model_type' is '\(type)', but this engine runs folders of "
                    + "\(Self.originals.keys.sorted().joined(separator: ", "))"
                    + "; use a LLaVA v1, v1.5 or 1.6 model")
        }
        let nested = try root.section("text_config")
        isOriginal = nested == nil && root.value("hidden_size") != nil
        section = nested ?? (isOriginal ? root : root.empty("text_config"))
        let family = isOriginal ? original : try section.text("model_type") ?? "llama"
        guard let defaults = Self.families[family] else {
            throw EngineError(
                .unsupportedModel,
                "\(root.path): '\(section.prefix)model_type' is '\(family)', but this engine runs "
                    + "language models of \(Self.families.keys.sorted().joined(separator: ", ")); "
                    + "use a model on one of them")
        }
        self.defaults = defaults
    }

    /// Whether the output matrix is the token embedding, whatever else is stored.
    func isTied() throws(EngineError) -> Bool {
        try section.truth("tie_word_embeddings") ?? false
    }

    /// The keys of a GGUF file of architecture "llama".
    ///
    /// - Throws: `EngineError` naming the member that cannot be used.
    func metadata() throws(EngineError) -> [String: GGUFValue] {
        try section.require("hidden_act", "silu")
        let heads = try section.count("num_attention_heads") ?? 32
        let keyValueHeads =
            try section.count("num_key_value_heads") ?? defaults.keyValueHeads ?? heads
        var keys: [String: GGUFValue] = [
            "general.architecture": .string("llama"),
            "llama.context_length": .unsigned(UInt64(try contextLength())),
            "llama.embedding_length": .unsigned(
                UInt64(try section.count("hidden_size") ?? 4096)),
            "llama.block_count": .unsigned(
                UInt64(try section.count("num_hidden_layers") ?? 32)),
            "llama.feed_forward_length": .unsigned(
                UInt64(try section.count("intermediate_size") ?? defaults.feedForwardWidth)),
            "llama.attention.head_count": .unsigned(UInt64(heads)),
            "llama.attention.head_count_kv": .unsigned(UInt64(keyValueHeads)),
            "llama.attention.layer_norm_rms_epsilon": .float(
                try section.number("rms_norm_eps") ?? 1e-6),
        ]
        if let dimension = try section.count("head_dim") {
            keys["llama.attention.key_length"] = .unsigned(UInt64(dimension))
            keys["llama.attention.value_length"] = .unsigned(UInt64(dimension))
        }
        keys.merge(try rotaryKeys()) { $1 }
        return keys
    }

    /// Positions the model may use; within a sliding window attention is that of a model without.
    private func contextLength() throws(EngineError) -> Int {
        let positions = try section.count("max_position_embeddings") ?? defaults.contextLength
        let window =
            section.states("sliding_window")
            ? try section.count("sliding_window") : defaults.slidingWindow
        return min(positions, window ?? positions)
    }

    /// The rotary frequencies, in the spelling of transformers 5 or the ones before.
    private func rotaryKeys() throws(EngineError) -> [String: GGUFValue] {
        let parameters = try section.section("rope_parameters")
        let older = try section.section("rope_scaling")
        let scaling = parameters ?? older
        let base = try parameters?.number("rope_theta")
        let olderBase = try section.number("rope_theta")
        var keys: [String: GGUFValue] = [
            "llama.rope.freq_base": .float(base ?? olderBase ?? 10_000)
        ]
        let olderType = try scaling?.text("type")
        let type = try scaling?.text("rope_type") ?? olderType ?? "default"
        switch type {
        case "default": break
        case "linear":
            guard let factor = try scaling?.number("factor") else {
                throw section.bad("rope_scaling", "is linear and has no 'factor'")
            }
            keys["llama.rope.scaling.type"] = .string("linear")
            keys["llama.rope.scaling.factor"] = .float(factor)
        default:
            throw EngineError(
                .unsupportedModel,
                "\(section.path): the rotary positions of '\(section.prefix)rope_scaling' are of "
                    + "type '\(type)', but this engine knows 'default' and 'linear'; use a model "
                    + "of one of these")
        }
        return keys
    }

    /// The tensors the language model needs, by GGUF name and by the checkpoint's.
    ///
    /// - Parameter layers: How many layers it has.
    /// - Returns: Pairs of names; biases and the output matrix may be missing.
    static func requiredNames(layers: Int) -> [(canonical: String, own: String)] {
        var names = [
            (canonical: "token_embd.weight", own: "embed_tokens.weight"),
            (canonical: "output_norm.weight", own: "norm.weight"),
        ]
        for layer in 0..<layers {
            for (own, canonical) in CheckpointNames.languageLayer.sorted(by: { $0.key < $1.key }) {
                names.append(
                    (
                        canonical: "blk.\(layer).\(canonical).weight",
                        own: "layers.\(layer).\(own).weight"
                    ))
            }
        }
        return names
    }
}
