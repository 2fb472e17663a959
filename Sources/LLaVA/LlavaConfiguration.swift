/// The shapes of a model's two halves; letters used in shapes are defined in each half.
public struct LlavaConfiguration: Sendable, Equatable {
    /// The language model.
    public let language: LlamaConfiguration
    /// The vision tower, if the model sees pictures.
    public let vision: VisionConfiguration?

    /// Positions a view of a picture takes; 0 without a vision tower.
    public var imageTokens: Int { vision?.featureCount ?? 0 }
}
