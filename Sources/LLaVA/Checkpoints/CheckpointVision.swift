import ModelFiles

/// Reads the vision tower's part of a checkpoint's configuration files.
struct CheckpointVision {
    /// The members of the tower.
    let tower: ConfigurationSection
    /// What the tower has where its members are missing.
    let defaults: Defaults
    /// The members of `preprocessor_config.json`.
    let preprocessor: ConfigurationSection

    /// What a class of transformers has where a member is missing.
    struct Defaults {
        var kind: TowerKind
        var width: Int
        var feedForwardWidth: Int
        var blocks: Int
        var heads: Int
        var imageSide: Int
        var patchSide: Int
        var epsilon: Double
        var activation: String

        /// `CLIPVisionConfig` in `configuration_clip.py` of huggingface/transformers.
        static let clip = Defaults(
            kind: .clip, width: 768, feedForwardWidth: 3072, blocks: 12, heads: 12, imageSide: 224,
            patchSide: 32, epsilon: 1e-5, activation: "quick_gelu")
        /// What `LlavaConfig` takes without a `vision_config`: openai/clip-vit-large-patch14-336.
        static let clipLarge = Defaults(
            kind: .clip, width: 1024, feedForwardWidth: 4096, blocks: 24, heads: 16,
            imageSide: 336, patchSide: 14, epsilon: 1e-5, activation: "quick_gelu")
        /// `SiglipVisionConfig` in `configuration_siglip.py` of huggingface/transformers.
        static let siglip = Defaults(
            kind: .siglip, width: 768, feedForwardWidth: 3072, blocks: 12, heads: 12,
            imageSide: 224, patchSide: 16, epsilon: 1e-6, activation: "gelu_pytorch_tanh")

        /// By the tower's `model_type`.
        static let families = [
            "clip_vision_model": clip, "clip": clip, "siglip_vision_model": siglip,
            "siglip": siglip,
        ]
    }

    /// Describes a tower.
    ///
    /// - Parameters:
    ///   - tower: The tower's members; nil if the model's configuration has none.
    ///   - preprocessor: The members of `preprocessor_config.json`.
    ///   - root: The model's configuration.
    /// - Throws: `EngineError` of kind `unsupportedModel` for a tower of another kind.
    init(
        tower: ConfigurationSection?, preprocessor: ConfigurationSection,
        root: ConfigurationSection
    ) throws(EngineError) {
        self.preprocessor = preprocessor
        guard let tower else {
            self.tower = root.empty("vision_config")
            defaults = .clipLarge
            return
        }
        let type = try tower.text("model_type") ?? "clip_vision_model"
        guard let defaults = Defaults.families[type] else {
            throw EngineError(
                .unsupportedModel,
                "\(tower.path): '\(tower.prefix)model_type' is '\(type)', but this engine runs "
                    + "towers of clip_vision_model and siglip_vision_model; use a model on one of "
                    + "them")
        }
        self.tower = tower
        self.defaults = defaults
    }

    /// The keys of a GGUF file of architecture "clip".
    ///
    /// - Parameter root: The model's configuration, which says whose output is taken.
    /// - Returns: Keys `clip.*`.
    /// - Throws: `EngineError` naming the member that cannot be used.
    func metadata(of root: ConfigurationSection) throws(EngineError) -> [String: GGUFValue] {
        try root.require("projector_hidden_act", "gelu")
        let blocks = try tower.count("num_hidden_layers") ?? defaults.blocks
        guard blocks <= 1024 else {
            throw tower.bad("num_hidden_layers", "is \(blocks), more than 1024")
        }
        let side = try tower.count("image_size") ?? defaults.imageSide
        let (mean, deviation) = try channels(side: side)
        var keys: [String: GGUFValue] = [
            "general.architecture": .string("clip"),
            "clip.has_vision_encoder": .bool(true),
            "clip.projector_type": .string("mlp"),
            "clip.use_gelu": .bool(try usesGELU()),
            "clip.vision.image_size": .unsigned(UInt64(side)),
            "clip.vision.patch_size": .unsigned(
                UInt64(try tower.count("patch_size") ?? defaults.patchSide)),
            "clip.vision.embedding_length": .unsigned(
                UInt64(try tower.count("hidden_size") ?? defaults.width)),
            "clip.vision.feed_forward_length": .unsigned(
                UInt64(try tower.count("intermediate_size") ?? defaults.feedForwardWidth)),
            "clip.vision.projection_dim": .unsigned(
                UInt64(try tower.count("projection_dim") ?? 768)),
            "clip.vision.attention.head_count": .unsigned(
                UInt64(try tower.count("num_attention_heads") ?? defaults.heads)),
            "clip.vision.attention.layer_norm_epsilon": .float(
                try tower.number("layer_norm_eps") ?? defaults.epsilon),
            "clip.vision.block_count": .unsigned(UInt64(blocks)),
            "clip.vision.feature_layer": .integers([
                Int64(try featureLayer(of: root, blocks: blocks))
            ]),
            "clip.vision.image_mean": .floats(mean),
            "clip.vision.image_std": .floats(deviation),
        ]
        if try keepsEveryRow(root) {
            keys[VisionConfiguration.selectedFeatureKey] = .string("cls_patch")
        }
        keys.merge(try CheckpointAnyres(root).metadata()) { $1 }
        return keys
    }

    /// Whether the rows of all tokens are features, `full` in transformers' words and `cls_patch`
    /// in the original's; SigLIP's tokens are its patches either way.
    private func keepsEveryRow(_ root: ConfigurationSection) throws(EngineError) -> Bool {
        let original = "mm_vision_select_feature"
        let name = root.states(original) ? original : "vision_feature_select_strategy"
        switch (try root.text(name) ?? "default", defaults.kind) {
        case ("default", .clip), ("patch", _), ("full", .siglip): return false
        case ("full", .clip), ("cls_patch", .clip): return true
        case (let value, let kind):
            throw root.bad(
                name,
                "is '\(value)', which is no choice of rows for a tower of kind "
                    + "\(kind.rawValue): 'full' for SigLIP, 'default' for CLIP")
        }
    }

    /// How pictures become square, if the files say so.
    ///
    /// The processors of the llava-hf repositories crop what the models were trained on padded;
    /// in the original's reading only a file that asks for padding is believed.
    ///
    /// - Parameters:
    ///   - root: The model's configuration.
    ///   - reading: Whose preprocessing; transformers knows no `image_aspect_ratio`.
    /// - Returns: Nil if they do not.
    /// - Throws: `EngineError` of kind `unsupportedModel` for a way this engine does not know.
    func aspect(
        of root: ConfigurationSection, reading: ImageReading
    ) throws(EngineError) -> Aspect? {
        if try CheckpointAnyres(root).isUsed { return .anyres }
        if try preprocessor.truth("do_pad") == true { return .pad }
        guard reading == .original, let ratio = try root.text("image_aspect_ratio") else {
            return nil
        }
        guard let aspect = Aspect.named(ratio, tower: defaults.kind) else {
            throw EngineError(
                .unsupportedModel,
                "\(root.path): 'image_aspect_ratio' is '\(ratio)', but this engine knows 'pad', "
                    + "'square' and 'anyres'; use a LLaVA v1, v1.5 or 1.6 model")
        }
        return aspect
    }

    /// The hidden state whose rows are the features: 0 before the first block.
    private func featureLayer(
        of root: ConfigurationSection, blocks: Int
    ) throws(EngineError) -> Int {
        let name =
            root.states("mm_vision_select_layer")
            ? "mm_vision_select_layer" : "vision_feature_layer"
        let layer = try root.integer(name) ?? -2
        let state = layer < 0 ? blocks + 1 + layer : layer
        guard (1...blocks).contains(state) else {
            throw root.bad(name, "is \(layer), but the tower has \(blocks) blocks")
        }
        return state
    }

    private func usesGELU() throws(EngineError) -> Bool {
        switch (defaults.kind, try tower.text("hidden_act") ?? defaults.activation) {
        case (.clip, "quick_gelu"), (.siglip, "quick_gelu"): return false
        case (.clip, "gelu"), (.siglip, "gelu_pytorch_tanh"): return true
        case (let kind, let other):
            throw tower.bad(
                "hidden_act",
                "is '\(other)', but \(kind.name) towers use quick_gelu or "
                    + (kind == .clip ? "gelu" : "gelu_pytorch_tanh"))
        }
    }

    /// Mean and deviation of the colours, after checking that the rest is what the engine does.
    private func channels(side: Int) throws(EngineError) -> (mean: [Float], deviation: [Float]) {
        if let filter = try preprocessor.integer("resample"), filter != 3 {
            throw preprocessor.bad(
                "resample", "is \(filter), but this engine resizes with filter 3 (bicubic)")
        }
        if let crop = try preprocessorSide(), crop != side {
            throw preprocessor.bad(
                "crop_size", "is \(crop), but the vision tower takes pictures of \(side)")
        }
        guard let mean = try preprocessor.numbers("image_mean"),
            let deviation = try preprocessor.numbers("image_std")
        else {
            throw EngineError(
                .missingPart,
                "\(preprocessor.path): 'image_mean' and 'image_std' are missing; fetch the "
                    + "model's preprocessor_config.json")
        }
        return (mean, deviation)
    }

    /// The side pictures are cut or stretched to: a number in old files, an object in others.
    private func preprocessorSide() throws(EngineError) -> Int? {
        let name = defaults.kind == .clip ? "crop_size" : "size"
        if case .integer = preprocessor.value(name) { return try preprocessor.count(name) }
        return try preprocessor.section(name)?.count("height")
    }

    /// The tensors the tower needs, by GGUF name and by the checkpoint's.
    ///
    /// - Parameter blocks: How many blocks are run.
    /// - Returns: Pairs of names.
    func requiredNames(blocks: Int) -> [(canonical: String, own: String)] {
        var names = [
            (canonical: "v.patch_embd.weight", own: "embeddings.patch_embedding.weight"),
            (canonical: "v.position_embd.weight", own: "embeddings.position_embedding.weight"),
        ]
        switch defaults.kind {
        case .clip:
            names += [
                (canonical: "v.class_embd", own: "embeddings.class_embedding"),
                (canonical: "v.pre_ln.weight", own: "pre_layrnorm.weight"),
                (canonical: "v.pre_ln.bias", own: "pre_layrnorm.bias"),
            ]
        case .siglip:
            names.append(
                (canonical: "v.patch_embd.bias", own: "embeddings.patch_embedding.bias"))
        }
        for block in 0..<blocks {
            for (own, canonical) in CheckpointNames.visionBlock.sorted(by: { $0.key < $1.key }) {
                for part in ["weight", "bias"] {
                    names.append(
                        (
                            canonical: "v.blk.\(block).\(canonical).\(part)",
                            own: "encoder.layers.\(block).\(own).\(part)"
                        ))
                }
            }
        }
        return names
    }
}
