import ModelFiles

/// The shape of a language model of the LLaMA family.
///
/// Letters used in shapes: `D` width, `F` feed-forward width, `H` query heads, `K` key-value heads,
/// `d` head dimension, `V` vocabulary rows, `L` layers.
public struct LlamaConfiguration: Sendable, Equatable {
    /// Positions the model was trained for.
    public let contextLength: Int
    /// `D`.
    public let width: Int
    /// `L`.
    public let layerCount: Int
    /// `F`.
    public let feedForwardWidth: Int
    /// `H`.
    public let headCount: Int
    /// `K`; divides `H`.
    public let keyValueHeadCount: Int
    /// `d`.
    public let headDimension: Int
    /// RMSNorm's ε.
    public let epsilon: Float
    /// The base θ of the rotary frequencies.
    public let rotaryBase: Float
    /// What positions are multiplied by before they turn: 1, or 1/factor for linear scaling.
    public let positionScale: Float
    /// Which elements of a head turn together.
    let rotaryOrder: RotaryTable.Order

    /// Reads the configuration of a language model's file.
    ///
    /// - Parameters:
    ///   - file: Metadata of architecture "llama".
    ///   - rotaryOrder: Which elements of a head turn together.
    /// - Throws: `EngineError` naming the key that is missing or cannot be run.
    init(_ file: any ModelMetadata, rotaryOrder: RotaryTable.Order) throws(EngineError) {
        let keys = ModelKeys(file)
        try keys.require("llama", role: "a language model's file")
        contextLength = try keys.count("llama.context_length", upTo: 1 << 24)
        width = try keys.count("llama.embedding_length", upTo: 1 << 16)
        layerCount = try keys.count("llama.block_count", upTo: 1024)
        feedForwardWidth = try keys.count("llama.feed_forward_length", upTo: 1 << 18)
        headCount = try keys.count("llama.attention.head_count", upTo: 1024)
        keyValueHeadCount =
            try keys.countIfPresent("llama.attention.head_count_kv", upTo: 1024) ?? headCount
        epsilon = try keys.number("llama.attention.layer_norm_rms_epsilon")
        rotaryBase = try keys.numberIfPresent("llama.rope.freq_base") ?? 10_000
        positionScale = try Self.positionScale(keys)
        self.rotaryOrder = rotaryOrder

        guard headCount % keyValueHeadCount == 0 else {
            throw keys.bad(
                "llama.attention.head_count_kv",
                "is \(keyValueHeadCount), which does not divide the \(headCount) heads")
        }
        let declared = try keys.countIfPresent("llama.attention.key_length", upTo: 4096)
        guard declared != nil || width % headCount == 0 else {
            throw keys.bad(
                "llama.attention.head_count",
                "is \(headCount), which does not divide the width \(width)")
        }
        let headDimension = declared ?? width / headCount
        self.headDimension = headDimension
        for key in ["llama.attention.value_length", "llama.rope.dimension_count"] {
            let found = try keys.countIfPresent(key, upTo: 4096) ?? headDimension
            guard found == headDimension else {
                throw keys.bad(key, "is \(found), but heads have \(headDimension) elements")
            }
        }
        guard headDimension % 2 == 0 else {
            throw keys.bad("llama.attention.key_length", "is \(headDimension), which is odd")
        }
        if let experts = file.metadata["llama.expert_count"], experts != .unsigned(0),
            experts != .integer(0)
        {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): 'llama.expert_count' says this is a mixture of experts, which no "
                    + "LLaVA model of versions 1 to 1.6 is; use another model")
        }
    }

    private static func positionScale(_ keys: ModelKeys) throws(EngineError) -> Float {
        let type = try keys.textIfPresent("llama.rope.scaling.type") ?? "none"
        switch type {
        case "none":
            // The spelling of files from before the type had a key.
            return 1 / (try keys.numberIfPresent("llama.rope.scale_linear") ?? 1)
        case "linear":
            return 1 / (try keys.number("llama.rope.scaling.factor"))
        default:
            throw EngineError(
                .unsupportedModel,
                "\(keys.file.path): 'llama.rope.scaling.type' is '\(type)', but this engine knows "
                    + "'none' and 'linear'; use a model without it")
        }
    }
}
