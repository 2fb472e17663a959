import ModelFiles

/// The tensors of a model of this shape, as GGUF files have them.
extension ModelShape {
    /// A tensor to be filled.
    struct Planned: Sendable {
        /// Its name in GGUF files.
        let name: String
        /// The dimensions, slowest first.
        let shape: [Int]
        /// What its values are like.
        let fill: Fill
    }

    /// What values are like.
    enum Fill: Sendable, Equatable {
        /// Centred on zero, in the type the mix has for it; rows of such a matrix turn vectors of
        /// deviation 1 into numbers of deviation `gain`.
        case matrix(gain: Float)
        /// Single precision, centred on a value.
        case vector(centre: Float, deviation: Float)

        /// The weights of a norm; trained ones spread about as much.
        static let norm = Fill.vector(centre: 1, deviation: 0.1)
        /// A bias.
        static let bias = Fill.vector(centre: 0, deviation: 0.02)
    }

    /// Scores then lie within about ±8 over a vocabulary of 32,000: neither flat nor certain.
    private static let scoreGain: Float = 2

    /// The language model's tensors.
    var languageTensors: [Planned] {
        let (width, wide) = (language.width, language.feedForwardWidth)
        let keys = language.keyValueHeadCount * (width / language.headCount)
        // Embeddings are looked up, not multiplied with: a deviation of 1.
        var planned = [
            Planned(
                name: "token_embd.weight", shape: [vocabulary.count, width],
                fill: .matrix(gain: Float(width).squareRoot()))
        ]
        for layer in 0..<language.layerCount {
            func add(_ name: String, _ shape: [Int], _ fill: Fill = .matrix(gain: 1)) {
                planned.append(
                    Planned(name: "blk.\(layer).\(name).weight", shape: shape, fill: fill))
            }
            add("attn_norm", [width], .norm)
            add("attn_q", [width, width])
            add("attn_k", [keys, width])
            add("attn_v", [keys, width])
            if language.architecture.needsBiases {
                for (name, count) in [("attn_q", width), ("attn_k", keys), ("attn_v", keys)] {
                    planned.append(
                        Planned(name: "blk.\(layer).\(name).bias", shape: [count], fill: .bias))
                }
            }
            add("attn_output", [width, width])
            add("ffn_norm", [width], .norm)
            add("ffn_gate", [wide, width])
            add("ffn_up", [wide, width])
            add("ffn_down", [width, wide])
        }
        planned.append(Planned(name: "output_norm.weight", shape: [width], fill: .norm))
        guard !language.isTied else { return planned }
        planned.append(
            Planned(
                name: "output.weight", shape: [vocabulary.count, width],
                fill: .matrix(gain: Self.scoreGain)))
        return planned
    }

    /// The projector file's tensors, feed-forward names swapped as conversion scripts write them.
    var visionTensors: [Planned] {
        let (width, wide) = (tower.width, tower.feedForwardWidth)
        let patches = (tower.imageSide / tower.patchSide) * (tower.imageSide / tower.patchSide)
        var planned: [Planned] = []
        func linear(_ name: String, _ shape: [Int]) {
            planned.append(
                Planned(name: "\(name).weight", shape: shape, fill: .matrix(gain: 1)))
            planned.append(Planned(name: "\(name).bias", shape: [shape[0]], fill: .bias))
        }
        func norm(_ name: String) {
            planned.append(Planned(name: "\(name).weight", shape: [width], fill: .norm))
            planned.append(Planned(name: "\(name).bias", shape: [width], fill: .bias))
        }
        planned.append(
            Planned(
                name: "v.patch_embd.weight", shape: [width, 3, tower.patchSide, tower.patchSide],
                fill: .matrix(gain: 1)))
        let isClip = tower.kind == .clip
        planned.append(
            Planned(
                name: isClip ? "v.class_embd" : "v.patch_embd.bias", shape: [width], fill: .bias))
        planned.append(
            Planned(
                name: "v.position_embd.weight", shape: [isClip ? patches + 1 : patches, width],
                fill: .vector(centre: 0, deviation: 0.2)))
        if isClip { norm("v.pre_ln") }
        if tower.hasTiles {
            planned.append(
                Planned(
                    name: "model.image_newline", shape: [language.width],
                    fill: .vector(centre: 0, deviation: 1)))
        }
        for block in 0..<tower.storedBlockCount {
            norm("v.blk.\(block).ln1")
            for name in ["attn_q", "attn_k", "attn_v", "attn_out"] {
                linear("v.blk.\(block).\(name)", [width, width])
            }
            norm("v.blk.\(block).ln2")
            linear("v.blk.\(block).ffn_down", [wide, width])
            linear("v.blk.\(block).ffn_up", [width, wide])
        }
        for layer in 0..<tower.projectorLayers {
            linear("mm.\(layer * 2)", [language.width, layer == 0 ? width : language.width])
        }
        return planned
    }
}
