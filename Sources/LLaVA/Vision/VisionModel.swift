import ModelFiles

/// A vision tower and its projector, as a projector file holds them.
struct VisionModel: Sendable {
    /// The tower's shape.
    let configuration: VisionConfiguration
    /// The tower's weights.
    let weights: VisionWeights
    /// From the tower's width to the language model's.
    let projector: Projector
    /// Makes pictures the tower's input.
    let preprocessor: ImagePreprocessor

    /// Loads the half of a model that sees.
    ///
    /// - Parameters:
    ///   - part: Metadata of architecture "clip", and its tensors.
    ///   - aspect: How pictures become square; `nil` for what the model was trained with.
    ///   - width: The language model's width, which the projector must give.
    ///   - textPath: The language model's file, for messages.
    /// - Throws: `EngineError` naming the file and the key or tensor.
    init(
        _ part: ModelParts.Part, aspect: Aspect?, width: Int, textPath: String
    ) throws(EngineError) {
        let configuration = try VisionConfiguration(part.keys)
        let reader = TensorReader(directory: part.tensors)
        let projector = try Projector(part.keys, reader, inputs: configuration.width)
        guard projector.outputs == width else {
            throw EngineError(
                .inconsistentModel,
                "\(part.tensors.path): the projector gives rows of \(projector.outputs), but the language "
                    + "model \(textPath) has a width of \(width); use the two files of one model")
        }
        self.configuration = configuration
        self.projector = projector
        weights = try VisionWeights(reader, configuration)
        preprocessor = ImagePreprocessor(
            side: configuration.imageSide, aspect: aspect ?? Self.aspect(of: projector.kind),
            mean: configuration.imageMean, deviation: configuration.imageDeviation)
    }

    /// LLaVA v1 (linear projector) was trained on crops, v1.5 (perceptron) on padded pictures; the
    /// files do not say so.
    private static func aspect(of kind: Projector.Kind) -> Aspect {
        switch kind {
        case .linear: .crop
        case .perceptron: .pad
        }
    }
}
