/// The sizes of a model people use, without its weights: what decides how fast it runs.
public struct ModelShape: Sendable {
    /// The language model's half, in the letters of `LlamaConfiguration`.
    struct Language: Sendable {
        /// `D`.
        var width: Int
        /// `F`.
        var feedForwardWidth: Int
        /// `L`.
        var layerCount: Int
        /// `H`.
        var headCount: Int
        /// `K`.
        var keyValueHeadCount: Int
        /// Positions the model was trained for.
        var contextLength = 4096
        /// RMSNorm's ε.
        var epsilon = 1e-5
        /// The base θ of the rotary frequencies.
        var rotaryBase = 10_000.0
        /// What its file calls its kind.
        var architecture = LanguageArchitecture.llama
        /// Whether the output matrix is the token embedding.
        var isTied = false
    }

    /// The vision tower and its projector, in the letters of `VisionConfiguration`.
    struct Tower: Sendable {
        /// What kind of tower it is.
        var kind = TowerKind.clip
        /// Rows and columns of the picture.
        var imageSide: Int
        /// Rows and columns of a patch.
        var patchSide = 14
        /// `W`.
        var width: Int
        /// `F`.
        var feedForwardWidth: Int
        /// Blocks a projector file stores: those whose output is used, see `VisionConfiguration`.
        var storedBlockCount: Int
        /// Attention heads.
        var headCount: Int
        /// Linear layers of the projector.
        var projectorLayers = 2
        /// Whether pictures are cut into LLaVA 1.6's tiles.
        var hasTiles = false
    }

    /// What `--shape` calls it.
    public let name: String
    /// The half that writes.
    var language: Language
    /// The half that sees.
    let tower: Tower
    /// The kind and size of its vocabulary.
    let vocabulary: SyntheticVocabulary

    /// The names of all shapes, for messages.
    public static var knownNames: String { all.map(\.name).joined(separator: ", ") }

    /// Finds a shape.
    ///
    /// - Parameter name: One of `knownNames`.
    /// - Returns: The shape.
    /// - Throws: `EngineError` of kind `unsupportedModel` that names the known ones.
    public static func named(_ name: String) throws(EngineError) -> ModelShape {
        if let shape = all.first(where: { $0.name == name }) { return shape }
        throw EngineError(
            .unsupportedModel,
            "there is no shape '\(name)'; name one of \(knownNames)")
    }

    /// The same shape with fewer layers in the language model: every layer costs the same, so a
    /// model that does not fit this machine can be measured by some of them.
    ///
    /// - Parameter count: Layers to keep.
    /// - Returns: The shape.
    /// - Throws: `EngineError` of kind `unsupportedModel` if the model has no such number of layers.
    public func cut(toLayers count: Int) throws(EngineError) -> ModelShape {
        guard (1...language.layerCount).contains(count) else {
            throw EngineError(
                .unsupportedModel,
                "\(name) has \(language.layerCount) layers and \(count) were asked for; ask for "
                    + "1 to \(language.layerCount)")
        }
        var shape = self
        shape.language.layerCount = count
        return shape
    }
}
