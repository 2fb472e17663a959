import ModelFiles

/// The shape of a language model of the LLaMA family.
///
/// Letters used in shapes: `D` width, `F` feed-forward width, `H` query heads, `K` key-value heads,
/// `d` head dimension, `V` vocabulary rows, `L` layers.
public struct LlamaConfiguration: Sendable, Equatable {
    /// The most elements a head may have.
    static let mostHeadElements = 4096

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
    /// What its file calls its kind.
    let architecture: LanguageArchitecture

    /// Reads the configuration of a language model's file.
    ///
    /// - Parameters:
    ///   - file: Metadata of one of the known architectures.
    ///   - rotaryOrder: Which elements of a head turn together in files of architecture "llama".
    /// - Throws: `EngineError` naming the key that is missing or cannot be run.
    init(_ file: any ModelMetadata, rotaryOrder: RotaryTable.Order) throws(EngineError) {
        let keys = ModelKeys(file)
        let architecture = try Self.architecture(keys)
        let prefix = architecture.rawValue
        self.architecture = architecture
        contextLength = try keys.count("\(prefix).context_length", upTo: 1 << 24)
        width = try keys.count("\(prefix).embedding_length", upTo: 1 << 16)
        layerCount = try keys.count("\(prefix).block_count", upTo: 1024)
        feedForwardWidth = try keys.count("\(prefix).feed_forward_length", upTo: 1 << 18)
        headCount = try keys.count("\(prefix).attention.head_count", upTo: 1024)
        keyValueHeadCount =
            try keys.countIfPresent("\(prefix).attention.head_count_kv", upTo: 1024) ?? headCount
        epsilon = try keys.number("\(prefix).attention.layer_norm_rms_epsilon")
        rotaryBase = try keys.numberIfPresent("\(prefix).rope.freq_base") ?? 10_000
        positionScale = try Self.positionScale(keys, prefix)
        self.rotaryOrder = architecture.interleavesPairs ? rotaryOrder : .halves

        guard headCount % keyValueHeadCount == 0 else {
            throw keys.bad(
                "\(prefix).attention.head_count_kv",
                "is \(keyValueHeadCount), which does not divide the \(headCount) heads")
        }
        let declared = try keys.countIfPresent(
            "\(prefix).attention.key_length", upTo: Self.mostHeadElements)
        guard declared != nil || width % headCount == 0 else {
            throw keys.bad(
                "\(prefix).attention.head_count",
                "is \(headCount), which does not divide the width \(width)")
        }
        let headDimension = declared ?? width / headCount
        self.headDimension = headDimension
        for key in ["\(prefix).attention.value_length", "\(prefix).rope.dimension_count"] {
            let found = try keys.countIfPresent(key, upTo: Self.mostHeadElements) ?? headDimension
            guard found == headDimension else {
                throw keys.bad(key, "is \(found), but heads have \(headDimension) elements")
            }
        }
        guard headDimension % 2 == 0 else {
            throw keys.bad("\(prefix).attention.key_length", "is \(headDimension), which is odd")
        }
        if let experts = file.metadata["\(prefix).expert_count"], experts != .unsigned(0),
            experts != .integer(0)
        {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): '\(prefix).expert_count' says this is a mixture of experts, which no "
                    + "LLaVA model of versions 1 to 1.6 is; use another model")
        }
    }

    private static func architecture(_ keys: ModelKeys) throws(EngineError) -> LanguageArchitecture
    {
        let name = try keys.text("general.architecture")
        if let known = LanguageArchitecture(rawValue: name) { return known }
        throw EngineError(
            .unsupportedModel,
            "\(keys.file.path): 'general.architecture' is '\(name)', but language models of "
                + "\(LanguageArchitecture.knownNames) are run; name the two files the other way "
                + "round or use a model of one of these")
    }

    private static func positionScale(
        _ keys: ModelKeys, _ prefix: String
    ) throws(EngineError) -> Float {
        let type = try keys.textIfPresent("\(prefix).rope.scaling.type") ?? "none"
        switch type {
        case "none":
            // The spelling of files from before the type had a key.
            return 1 / (try keys.numberIfPresent("\(prefix).rope.scale_linear") ?? 1)
        case "linear":
            return 1 / (try keys.number("\(prefix).rope.scaling.factor"))
        default:
            throw EngineError(
                .unsupportedModel,
                "\(keys.file.path): '\(prefix).rope.scaling.type' is '\(type)', but this engine knows "
                    + "'none' and 'linear'; use a model without it")
        }
    }
}
