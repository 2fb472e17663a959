import ModelFiles

/// The shape of a CLIP vision tower and what is done with its output.
///
/// Letters used in shapes: `T` tokens (patches and the class token), `P` patches, `W` the tower's
/// width, `F` its feed-forward width, `D` the language model's width.
public struct VisionConfiguration: Sendable, Equatable {
    /// Rows and columns of the picture.
    public let imageSide: Int
    /// Rows and columns of a patch.
    public let patchSide: Int
    /// `W`.
    public let width: Int
    /// `F`.
    public let feedForwardWidth: Int
    /// Attention heads.
    public let headCount: Int
    /// Blocks to run: the output of the last of them are the features.
    public let blockCount: Int
    /// Blocks the file stores.
    public let storedBlockCount: Int
    /// LayerNorm's ε.
    public let epsilon: Float
    /// The feed-forward's activation.
    let activation: Activation
    /// Mean of each colour channel, of values in 0...1.
    public let imageMean: [Float]
    /// Standard deviation of each colour channel.
    public let imageDeviation: [Float]

    /// Patches along a side.
    public var grid: Int { imageSide / patchSide }
    /// `P`: patches, which are the tokens a language model sees.
    public var patchCount: Int { grid * grid }
    /// `T`: patches and the class token.
    public var tokenCount: Int { patchCount + 1 }
    /// Elements of a patch: channels first, then rows, then columns.
    var patchElements: Int { 3 * patchSide * patchSide }

    /// Reads the configuration of a projector file.
    ///
    /// - Parameter file: Metadata of architecture "clip".
    /// - Throws: `EngineError` naming the key that is missing or cannot be run.
    init(_ file: any ModelMetadata) throws(EngineError) {
        let keys = ModelKeys(file)
        try keys.require("clip", role: "a projector file")
        imageSide = try keys.count("clip.vision.image_size", upTo: 4096)
        patchSide = try keys.count("clip.vision.patch_size", upTo: 256)
        width = try keys.count("clip.vision.embedding_length", upTo: 1 << 16)
        feedForwardWidth = try keys.count("clip.vision.feed_forward_length", upTo: 1 << 18)
        headCount = try keys.count("clip.vision.attention.head_count", upTo: 1024)
        epsilon = try keys.number("clip.vision.attention.layer_norm_epsilon")
        storedBlockCount = try keys.count("clip.vision.block_count", upTo: 1024)
        blockCount = try Self.executedBlocks(keys, stored: storedBlockCount, width: width)
        activation = try Self.activation(keys)
        imageMean = try keys.channels("clip.vision.image_mean")
        imageDeviation = try keys.channels("clip.vision.image_std")

        guard imageSide % patchSide == 0 else {
            throw keys.bad(
                "clip.vision.image_size",
                "is \(imageSide), which patches of \(patchSide) do not fill evenly")
        }
        guard width % headCount == 0 else {
            throw keys.bad(
                "clip.vision.attention.head_count",
                "is \(headCount), which does not divide the width \(width)")
        }
        guard imageDeviation.allSatisfy({ $0 > 0 }) else {
            throw keys.bad("clip.vision.image_std", "has a value that is not positive")
        }
        if let aspect = try keys.textIfPresent("clip.vision.image_aspect_ratio"),
            aspect == "anyres"
        {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): 'clip.vision.image_aspect_ratio' is 'anyres' (LLaVA v1.6), which "
                    + "this engine does not run yet; use a LLaVA v1 or v1.5 model")
        }
    }

    /// How many stored blocks make the features LLaVA was trained on: hidden state -2.
    ///
    /// The legacy conversion script drops the last block before writing, so all that is stored is
    /// run; newer files say the hidden state's index in `feature_layer`; and a whole CLIP-L
    /// without that key has one block too many.
    private static func executedBlocks(
        _ keys: ModelKeys, stored: Int, width: Int
    ) throws(EngineError) -> Int {
        if let layers = try keys.integersIfPresent("clip.vision.feature_layer") {
            guard layers.count == 1, let layer = layers.first else {
                throw keys.bad(
                    "clip.vision.feature_layer",
                    "names \(layers.count) layers, but this engine takes features of one")
            }
            guard layer > 0, layer <= stored else {
                throw keys.bad(
                    "clip.vision.feature_layer", "is \(layer), but \(stored) blocks are stored")
            }
            return Int(layer)
        }
        let wholeClipLarge = stored == 24 && width == 1024
        return wholeClipLarge ? 23 : stored
    }

    private static func activation(_ keys: ModelKeys) throws(EngineError) -> Activation {
        let usesGELU = try keys.truthIfPresent("clip.use_gelu") ?? false
        let usesSiLU = try keys.truthIfPresent("clip.use_silu") ?? false
        switch (usesGELU, usesSiLU) {
        case (false, false): return .quickGELU
        case (true, false): return .gelu
        case (_, true):
            throw keys.bad("clip.use_silu", "is true, but LLaVA's towers use GELU")
        }
    }
}
