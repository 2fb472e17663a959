import ModelFiles

/// The keys of a model of this shape, as GGUF files have them.
extension ModelShape {
    /// The keys of the language model's file.
    ///
    /// - Parameter mix: How its matrices are stored.
    /// - Returns: Keys and values, the architecture first.
    func languageMetadata(_ mix: WeightMix) -> [(key: String, value: GGUFValue)] {
        let prefix = language.architecture.rawValue
        let head = language.width / language.headCount
        let sizes = [
            ("context_length", language.contextLength), ("embedding_length", language.width),
            ("block_count", language.layerCount),
            ("feed_forward_length", language.feedForwardWidth),
            ("attention.head_count", language.headCount),
            ("attention.head_count_kv", language.keyValueHeadCount),
            ("rope.dimension_count", head), ("vocab_size", vocabulary.count),
        ]
        let numbers = [
            ("attention.layer_norm_rms_epsilon", language.epsilon),
            ("rope.freq_base", language.rotaryBase),
        ]
        return [
            ("general.architecture", .string(prefix)),
            ("general.name", .string("\(name) with random weights")),
            ("general.file_type", .unsigned(mix.fileType)),
            ("general.quantization_version", .unsigned(2)),
        ] + sizes.map { ("\(prefix).\($0.0)", .unsigned(UInt64($0.1))) }
            + numbers.map { ("\(prefix).\($0.0)", .float($0.1)) } + vocabulary.metadata
    }

    /// The keys of the projector's file, in the words of llama.cpp's conversion scripts.
    ///
    /// - Parameter mix: How its matrices are stored.
    /// - Returns: Keys and values, the architecture first.
    func visionMetadata(_ mix: WeightMix) -> [(key: String, value: GGUFValue)] {
        let (mean, deviation) = Self.colours(of: tower.kind)
        let sizes = [
            ("image_size", tower.imageSide), ("patch_size", tower.patchSide),
            ("embedding_length", tower.width), ("feed_forward_length", tower.feedForwardWidth),
            ("projection_dim", tower.width), ("attention.head_count", tower.headCount),
            ("block_count", tower.storedBlockCount),
        ]
        return [
            ("general.architecture", .string("clip")),
            ("general.name", .string("\(name) with random weights")),
            ("general.file_type", .unsigned(mix.visionFileType)),
            ("clip.has_vision_encoder", .bool(true)), ("clip.has_text_encoder", .bool(false)),
            ("clip.has_llava_projector", .bool(true)), ("clip.projector_type", .string("mlp")),
            ("clip.use_gelu", .bool(tower.kind == .siglip)),
        ] + sizes.map { ("clip.vision.\($0.0)", .unsigned(UInt64($0.1))) } + [
            ("clip.vision.attention.layer_norm_epsilon", .float(1e-5)),
            ("clip.vision.image_mean", .floats(mean)),
            ("clip.vision.image_std", .floats(deviation)),
        ] + (tower.hasTiles ? tileMetadata : [])
    }

    /// Mean and deviation of a tower's pictures (clip/clip.py of the repository openai/CLIP; the
    /// preprocessor_config.json of google/siglip-so400m-patch14-384).
    private static func colours(of tower: TowerKind) -> (mean: [Float], deviation: [Float]) {
        switch tower {
        case .clip:
            (
                [0.481_454_66, 0.457_827_5, 0.408_210_73],
                [0.268_629_54, 0.261_302_58, 0.275_777_11]
            )
        case .siglip: ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
        }
    }

    /// The pinpoints of the released models of LLaVA 1.6, in tiles.
    private var tileMetadata: [(key: String, value: GGUFValue)] {
        let tiles: [Int64] = [1, 2, 2, 1, 2, 2, 3, 1, 1, 3]
        return [
            ("clip.vision.image_aspect_ratio", .string(Aspect.anyres.imageAspectRatio)),
            (
                "clip.vision.image_grid_pinpoints",
                .integers(tiles.map { $0 * Int64(tower.imageSide) })
            ),
            (
                "clip.vision.mm_patch_merge_type",
                .string(AnyresGrid.Merge.spatialUnpad.rawValue)
            ),
        ]
    }
}
