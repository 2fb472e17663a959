import ModelFiles

/// Reads the vision tower's part of a checkpoint's configuration files.
struct CheckpointVision {
    /// The members of the tower; missing ones have the defaults of `CLIPVisionConfig`.
    let tower: ConfigurationSection
    /// What the tower has where its members are missing.
    let defaults: Defaults
    /// The members of `preprocessor_config.json`.
    let preprocessor: ConfigurationSection

    /// A shape of the tower.
    struct Defaults {
        var width: Int
        var feedForwardWidth: Int
        var blocks: Int
        var heads: Int
        var imageSide: Int
        var patchSide: Int

        /// `CLIPVisionConfig` in `configuration_clip.py` of huggingface/transformers.
        static let base = Defaults(
            width: 768, feedForwardWidth: 3072, blocks: 12, heads: 12, imageSide: 224,
            patchSide: 32)
        /// What `LlavaConfig` takes without a `vision_config`: openai/clip-vit-large-patch14-336.
        static let large = Defaults(
            width: 1024, feedForwardWidth: 4096, blocks: 24, heads: 16, imageSide: 336,
            patchSide: 14)
    }

    /// The keys of a GGUF file of architecture "clip".
    ///
    /// - Parameter root: The model's configuration, which says whose output is taken.
    /// - Returns: Keys `clip.*`.
    /// - Throws: `EngineError` naming the member that cannot be used.
    func metadata(of root: ConfigurationSection) throws(EngineError) -> [String: GGUFValue] {
        try tower.require("model_type", "clip_vision_model")
        try root.require("projector_hidden_act", "gelu")
        try root.require("vision_feature_select_strategy", "default")
        try root.require("mm_vision_select_feature", "patch")
        let blocks = try tower.count("num_hidden_layers") ?? defaults.blocks
        let side = try tower.count("image_size") ?? defaults.imageSide
        let (mean, deviation) = try channels(side: side)
        return [
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
                try tower.number("layer_norm_eps") ?? 1e-5),
            "clip.vision.block_count": .unsigned(UInt64(blocks)),
            "clip.vision.feature_layer": .integers([
                Int64(try featureLayer(of: root, blocks: blocks))
            ]),
            "clip.vision.image_mean": .floats(mean),
            "clip.vision.image_std": .floats(deviation),
        ]
    }

    /// How pictures become square, if the files say so.
    ///
    /// The processors of the llava-hf repositories crop what the models were trained on padded;
    /// only a file that asks for padding is believed.
    ///
    /// - Parameter root: The model's configuration.
    /// - Returns: Nil if they do not.
    /// - Throws: `EngineError` of kind `unsupportedModel` for LLaVA 1.6.
    func aspect(of root: ConfigurationSection) throws(EngineError) -> Aspect? {
        guard let ratio = try root.text("image_aspect_ratio") else {
            return try preprocessor.truth("do_pad") == true ? .pad : nil
        }
        guard let aspect = Aspect.allCases.first(where: { $0.imageAspectRatio == ratio }) else {
            throw EngineError(
                .unsupportedModel,
                "\(root.path): 'image_aspect_ratio' is '\(ratio)', but this engine knows 'pad' and "
                    + "'square' and not yet LLaVA 1.6; use a LLaVA v1 or v1.5 model")
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
        switch try tower.text("hidden_act") ?? "quick_gelu" {
        case "quick_gelu": return false
        case "gelu": return true
        case let other:
            throw tower.bad("hidden_act", "is '\(other)', but towers use quick_gelu or gelu")
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

    /// The side pictures are cut to: a number in old files, an object in others.
    private func preprocessorSide() throws(EngineError) -> Int? {
        if case .integer = preprocessor.value("crop_size") {
            return try preprocessor.count("crop_size")
        }
        return try preprocessor.section("crop_size")?.count("height")
    }

    /// The tensors the tower and the projector need, by GGUF name and by the checkpoint's.
    ///
    /// - Parameter blocks: How many blocks are run.
    /// - Returns: Pairs of names.
    static func requiredNames(blocks: Int) -> [(canonical: String, own: String)] {
        var names = [
            (canonical: "v.class_embd", own: "embeddings.class_embedding"),
            (canonical: "v.patch_embd.weight", own: "embeddings.patch_embedding.weight"),
            (canonical: "v.position_embd.weight", own: "embeddings.position_embedding.weight"),
            (canonical: "v.pre_ln.weight", own: "pre_layrnorm.weight"),
            (canonical: "v.pre_ln.bias", own: "pre_layrnorm.bias"),
        ]
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
