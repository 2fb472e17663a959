import ModelFiles

/// The keys of a model of this shape, as GGUF files have them.
extension ModelShape {
    /// The keys of the language model's file.
    ///
    /// - Parameter mix: How its matrices are stored.
    /// - Returns: Keys and values, the architecture first.
    func languageMetadata(_ mix: WeightMix) -> [(key: String, value: GGUFValue)] {
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
            ("general.architecture", .string("llama")),
            ("general.name", .string("\(name) with random weights")),
            ("general.file_type", .unsigned(mix.fileType)),
            ("general.quantization_version", .unsigned(2)),
        ] + sizes.map { ("llama.\($0.0)", .unsigned(UInt64($0.1))) }
            + numbers.map { ("llama.\($0.0)", .float($0.1)) } + vocabulary.metadata
    }

    /// The keys of the projector's file, in the words of llama.cpp's conversion scripts.
    ///
    /// - Parameter mix: How its matrices are stored.
    /// - Returns: Keys and values, the architecture first.
    func visionMetadata(_ mix: WeightMix) -> [(key: String, value: GGUFValue)] {
        // Mean and deviation of CLIP's pictures (clip/clip.py of the repository openai/CLIP).
        let mean: [Float] = [0.481_454_66, 0.457_827_5, 0.408_210_73]
        let deviation: [Float] = [0.268_629_54, 0.261_302_58, 0.275_777_11]
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
            ("clip.use_gelu", .bool(false)),
        ] + sizes.map { ("clip.vision.\($0.0)", .unsigned(UInt64($0.1))) } + [
            ("clip.vision.attention.layer_norm_epsilon", .float(1e-5)),
            ("clip.vision.image_mean", .floats(mean)),
            ("clip.vision.image_std", .floats(deviation)),
        ]
    }
}
