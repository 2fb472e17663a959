import ModelFiles

/// The shape of a vision tower and what is done with its output.
///
/// Letters used in shapes: `T` tokens (patches, and the class token if there is one), `P` patches,
/// `N` the rows that are features, `W` the tower's width, `F` its feed-forward width, `D` the
/// language model's width.
public struct VisionConfiguration: Sendable, Equatable {
    /// What kind of tower it is.
    public let tower: TowerKind
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

    /// Whether the class token's row is a feature as well (`cls_patch`), which no released LLaVA
    /// has.
    let keepsClassToken: Bool
    /// The canvases of LLaVA 1.6; nil for a tower that sees one view.
    let anyres: AnyresGrid?

    /// Whole patches along a side; SigLIP's 384 pixels are 27 patches of 14 and a rest unseen.
    public var grid: Int { imageSide / patchSide }
    /// `P`.
    public var patchCount: Int { grid * grid }
    /// `T`.
    public var tokenCount: Int { patchCount + (tower.hasClassToken ? 1 : 0) }
    /// The first of the rows that are features.
    var firstFeature: Int { tower.hasClassToken && !keepsClassToken ? 1 : 0 }
    /// `N`: the rows of a view that the language model sees.
    public var featureCount: Int { tokenCount - firstFeature }
    /// Elements of a patch: channels first, then rows, then columns.
    var patchElements: Int { 3 * patchSide * patchSide }

    /// Reads the configuration of a projector file.
    ///
    /// - Parameter part: Metadata of architecture "clip", and its tensors, which tell the tower.
    /// - Throws: `EngineError` naming the key that is missing or cannot be run.
    init(_ part: ModelParts.Part) throws(EngineError) {
        let keys = ModelKeys(part.keys)
        tower = TowerKind(of: part.tensors)
        try keys.require("clip", role: "a projector file")
        imageSide = try keys.count("clip.vision.image_size", upTo: 4096)
        patchSide = try keys.count("clip.vision.patch_size", upTo: 256)
        width = try keys.count("clip.vision.embedding_length", upTo: 1 << 16)
        feedForwardWidth = try keys.count("clip.vision.feed_forward_length", upTo: 1 << 18)
        headCount = try keys.count("clip.vision.attention.head_count", upTo: 1024)
        epsilon = try keys.number("clip.vision.attention.layer_norm_epsilon")
        storedBlockCount = try keys.count("clip.vision.block_count", upTo: 1024)
        blockCount = try Self.executedBlocks(keys, stored: storedBlockCount, width: width)
        activation = try Self.activation(keys, tower)
        imageMean = try keys.channels("clip.vision.image_mean")
        imageDeviation = try keys.channels("clip.vision.image_std")

        anyres = try AnyresGrid(keys, side: imageSide)
        let selected = try keys.textIfPresent(Self.selectedFeatureKey) ?? "patch"
        guard ["patch", "cls_patch"].contains(selected) else {
            throw keys.bad(Self.selectedFeatureKey, "is '\(selected)', not 'patch' or 'cls_patch'")
        }
        keepsClassToken = selected == "cls_patch"

        guard imageSide >= patchSide else {
            throw keys.bad(
                "clip.vision.image_size",
                "is \(imageSide), less than a patch of \(patchSide)")
        }
        guard width % headCount == 0 else {
            throw keys.bad(
                "clip.vision.attention.head_count",
                "is \(headCount), which does not divide the width \(width)")
        }
        guard imageDeviation.allSatisfy({ $0 > 0 }) else {
            throw keys.bad("clip.vision.image_std", "has a value that is not positive")
        }
    }

    /// Which rows are features; no conversion script writes it, `model import` does where it is not
    /// the patches.
    static let selectedFeatureKey = "clip.vision.mm_vision_select_feature"

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

    private static func activation(
        _ keys: ModelKeys, _ tower: TowerKind
    ) throws(EngineError) -> Activation {
        let usesGELU = try keys.truthIfPresent("clip.use_gelu") ?? false
        let usesSiLU = try keys.truthIfPresent("clip.use_silu") ?? false
        switch (usesGELU, usesSiLU) {
        case (false, false): return .quickGELU
        case (true, false): return tower.geluOfFiles
        case (_, true):
            throw keys.bad("clip.use_silu", "is true, but LLaVA's towers use GELU")
        }
    }
}
