import ModelFiles

/// Reads what a checkpoint's `config.json` says about the tiles of LLaVA 1.6.
struct CheckpointAnyres {
    private let root: ConfigurationSection

    /// Wraps a model's configuration.
    init(_ root: ConfigurationSection) { self.root = root }

    /// Whether pictures are cut into tiles: by the class in transformers, by a word in the original.
    var isUsed: Bool {
        get throws(EngineError) {
            if try root.text("model_type") == "llava_next" { return true }
            return try root.text("image_aspect_ratio") == "anyres"
        }
    }

    /// The keys of a GGUF file.
    ///
    /// - Returns: None for a model that sees one view.
    /// - Throws: `EngineError` naming the member that cannot be used.
    func metadata() throws(EngineError) -> [String: GGUFValue] {
        guard try isUsed else { return [:] }
        let isOriginal = try root.text("image_aspect_ratio") == "anyres"
        // The original joins tiles end to end if nothing is said, transformers always as a map.
        let usual = isOriginal ? AnyresGrid.Merge.flat : .spatialUnpad
        let merge = try root.text("mm_patch_merge_type") ?? usual.rawValue
        return [
            "clip.vision.image_grid_pinpoints": .integers(try pinpoints()),
            "clip.vision.mm_patch_merge_type": .string(merge),
        ]
    }

    /// The pairs of sides one after the other, as conversion scripts write them; the defaults are
    /// those of `LlavaNextConfig` in huggingface/transformers.
    private func pinpoints() throws(EngineError) -> [Int64] {
        let name = "image_grid_pinpoints"
        guard let value = root.value(name) else {
            return [336, 672, 672, 336, 672, 672, 1008, 336, 336, 1008]
        }
        guard case .array(let pairs) = value else {
            throw root.bad(name, "must be a list of pairs of sides")
        }
        var sides: [Int64] = []
        for pair in pairs {
            guard case .array(let two) = pair, two.count == 2, case .integer(let first) = two[0],
                case .integer(let second) = two[1]
            else { throw root.bad(name, "must be a list of pairs of sides") }
            sides += [first, second]
        }
        return sides
    }
}
