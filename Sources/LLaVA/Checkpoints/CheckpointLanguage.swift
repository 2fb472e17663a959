import ModelFiles

/// Reads the language model's part of a checkpoint's `config.json`.
///
/// Members that are missing have the defaults of the class that reads them: the files of the llava-hf
/// repositories state only what differs.
struct CheckpointLanguage {
    /// A family of language models: how its files differ from the others'.
    private struct Family {
        var architecture = LanguageArchitecture.llama
        // The defaults of its class in transformers.
        var feedForwardWidth = 11008
        /// Nil for as many as query heads.
        var keyValueHeads: Int?
        var contextLength = 2048
        /// Nil for a family without windows, whatever a file says.
        var slidingWindow: Int?
        /// The member that must be true for the window to be used; nil if it always is.
        var windowSwitch: String?
    }

    /// `configuration_llama.py`, `configuration_mistral.py` and `configuration_qwen2.py` of
    /// huggingface/transformers.
    private static let families = [
        "llama": Family(),
        "mistral": Family(
            feedForwardWidth: 14336, keyValueHeads: 8, contextLength: 131_072,
            slidingWindow: 4096),
        "qwen2": Family(
            architecture: .qwen2, feedForwardWidth: 22016, keyValueHeads: 32,
            contextLength: 32768, slidingWindow: 4096, windowSwitch: "use_sliding_window"),
    ]

    /// What a whole model may be called, and the family of those whose members stand at the top: the
    /// classes of the original projects, haotian-liu/LLaVA and LLaVA-VL/LLaVA-NeXT.
    private static let modelTypes = [
        "llava": "llama", "llava_next": "llama", "llava_llama": "llama",
        "llava_mistral": "mistral", "llava_qwen": "qwen2",
    ]

    /// The members of the language model.
    let section: ConfigurationSection
    /// Whether the file is of an original project, whose members stand at the top.
    let isOriginal: Bool
    private let family: Family

    /// Finds the language model's members.
    ///
    /// - Parameter root: The whole file.
    /// - Throws: `EngineError` of kind `unsupportedModel` or `inconsistentModel`.
    init(_ root: ConfigurationSection) throws(EngineError) {
        let type = try root.text("model_type") ?? "llava"
        guard let original = Self.modelTypes[type] else {
            throw EngineError(
                .unsupportedModel,
                "\(root.path): 'model_type' is '\(type)', but this engine runs folders of "
                    + "\(Self.modelTypes.keys.sorted().joined(separator: ", ")); use a LLaVA model "
                    + "of versions 1 to 1.6")
        }
        let nested = try root.section("text_config")
        isOriginal = nested == nil && root.value("hidden_size") != nil
        section = nested ?? (isOriginal ? root : root.empty("text_config"))
        let name = isOriginal ? original : try section.text("model_type") ?? "llama"
        guard let family = Self.families[name] else {
            throw EngineError(
                .unsupportedModel,
                "\(root.path): '\(section.prefix)model_type' is '\(name)', but this engine runs "
                    + "language models of \(Self.families.keys.sorted().joined(separator: ", ")); "
                    + "use a model on one of them")
        }
        self.family = family
    }

    /// Whether the output matrix is the token embedding, whatever else is stored.
    func isTied() throws(EngineError) -> Bool {
        try section.truth("tie_word_embeddings") ?? false
    }

    /// The tokens that end an answer, as far as the configuration says: one or several.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel`.
    func endIDs() throws(EngineError) -> [Int] { try section.integers("eos_token_id") ?? [] }

    /// The keys of a GGUF file of the family's architecture.
    ///
    /// - Throws: `EngineError` naming the member that cannot be used.
    func metadata() throws(EngineError) -> [String: GGUFValue] {
        try section.require("hidden_act", "silu")
        let heads = try headCount()
        let keyValueHeads =
            try section.count("num_key_value_heads") ?? family.keyValueHeads ?? heads
        let prefix = family.architecture.rawValue
        var keys: [String: GGUFValue] = [
            "general.architecture": .string(prefix),
            "\(prefix).context_length": .unsigned(UInt64(try contextLength())),
            "\(prefix).embedding_length": .unsigned(UInt64(try width())),
            "\(prefix).block_count": .unsigned(UInt64(try layerCount())),
            "\(prefix).feed_forward_length": .unsigned(
                UInt64(try section.count("intermediate_size") ?? family.feedForwardWidth)),
            "\(prefix).attention.head_count": .unsigned(UInt64(heads)),
            "\(prefix).attention.head_count_kv": .unsigned(UInt64(keyValueHeads)),
            "\(prefix).attention.layer_norm_rms_epsilon": .float(
                try section.number("rms_norm_eps") ?? 1e-6),
        ]
        if let dimension = try section.count("head_dim") {
            keys["\(prefix).attention.key_length"] = .unsigned(UInt64(dimension))
            keys["\(prefix).attention.value_length"] = .unsigned(UInt64(dimension))
        }
        for (key, value) in try rotary().keys { keys["\(prefix).rope.\(key)"] = value }
        return keys
    }

    private func width() throws(EngineError) -> Int { try section.count("hidden_size") ?? 4096 }

    private func headCount() throws(EngineError) -> Int {
        try section.count("num_attention_heads") ?? 32
    }

    /// How many layers it has.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` or `unsupportedModel`.
    func layerCount() throws(EngineError) -> Int {
        let count = try section.count("num_hidden_layers") ?? 32
        guard count <= 1024 else {
            throw section.bad("num_hidden_layers", "is \(count), more than 1024")
        }
        return count
    }

    /// Positions the model may use; within a sliding window attention is that of a model without.
    private func contextLength() throws(EngineError) -> Int {
        let positions = try section.count("max_position_embeddings") ?? family.contextLength
        guard var window = family.slidingWindow else { return positions }
        if let name = family.windowSwitch, try section.truth(name) != true { return positions }
        if section.states("sliding_window") {
            window = try section.count("sliding_window") ?? positions
        }
        return min(positions, window)
    }

    // MARK: Positions

    private func rotary() throws(EngineError) -> RotaryScaling { try RotaryScaling(section) }

    /// Tensors that a GGUF file stores and a checkpoint only describes: the divisors of the rotary
    /// frequencies, where the configuration has them.
    ///
    /// - Throws: `EngineError` naming the member that cannot be used.
    func describedTensors() throws(EngineError) -> [String: [Float]] {
        let dimension: Int
        if let stated = try section.count("head_dim") {
            dimension = stated
        } else {
            dimension = try width() / headCount()
        }
        guard dimension <= LlamaConfiguration.mostHeadElements else {
            throw section.bad(
                "head_dim", "is \(dimension), more than \(LlamaConfiguration.mostHeadElements)")
        }
        guard let factors = try rotary().factors(headDimension: dimension) else { return [:] }
        return ["rope_freqs.weight": factors]
    }

    // MARK: Tensors

    /// The tensors the language model needs, by GGUF name and by the checkpoint's.
    ///
    /// - Returns: Pairs of names; the output matrix may be missing, and biases may in most families.
    /// - Throws: `EngineError` of kind `inconsistentModel`.
    func requiredNames() throws(EngineError) -> [(canonical: String, own: String)] {
        var names = [
            (canonical: "token_embd.weight", own: "embed_tokens.weight"),
            (canonical: "output_norm.weight", own: "norm.weight"),
        ]
        for layer in 0..<(try layerCount()) {
            for (own, canonical) in CheckpointNames.languageLayer.sorted(by: { $0.key < $1.key }) {
                var parts = ["weight"]
                let hasBias = ["attn_q", "attn_k", "attn_v"].contains(canonical)
                if family.architecture.needsBiases, hasBias { parts.append("bias") }
                for part in parts {
                    names.append(
                        (
                            canonical: "blk.\(layer).\(canonical).\(part)",
                            own: "layers.\(layer).\(own).\(part)"
                        ))
                }
            }
        }
        return names
    }
}
