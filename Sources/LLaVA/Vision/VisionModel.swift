import ModelFiles

/// A vision tower and its projector, as a projector file holds them.
struct VisionModel: Sendable {
    /// The tower's shape.
    let configuration: VisionConfiguration
    /// The tower's weights.
    let weights: VisionWeights
    /// From the tower's width to the language model's.
    let projector: Projector
    /// The learned row at the end of a line of tiles, `(D)`; nil for a model of one view.
    let newline: [Float]?
    /// Makes pictures the tower's input.
    let preprocessor: ImagePreprocessor

    /// Loads the half of a model that sees.
    ///
    /// - Parameters:
    ///   - part: Metadata of architecture "clip", and its tensors.
    ///   - aspect: How pictures become square; `nil` for what the model was trained with.
    ///   - reading: Whose preprocessing.
    ///   - width: The language model's width, which the projector must give.
    ///   - textPath: The language model's file, for messages.
    /// - Throws: `EngineError` naming the file and the key or tensor.
    init(
        _ part: ModelParts.Part, aspect: Aspect?, reading: ImageReading, width: Int,
        textPath: String
    ) throws(EngineError) {
        let configuration = try VisionConfiguration(part)
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
        let aspect =
            aspect ?? Self.aspect(configuration, projector: projector.kind, reading: reading)
        newline = try Self.newline(reader, configuration, aspect: aspect, width: width)
        preprocessor = ImagePreprocessor(configuration, aspect: aspect, reading: reading)
    }

    /// The most positions a picture takes in a prompt: all of the largest canvas.
    var mostTokens: Int {
        guard preprocessor.aspect == .anyres, let grid = configuration.anyres else {
            return configuration.featureCount
        }
        return configuration.featureCount
            + grid.mostRows(side: configuration.imageSide, grid: configuration.grid)
    }

    /// What a model was trained on where its files do not say so.
    ///
    /// LLaVA v1 (linear projector) was trained on crops, v1.5 (perceptron) on padded pictures, and
    /// SigLIP on stretched ones. Transformers' processors leave pictures to the tower's own way.
    private static func aspect(
        _ tower: VisionConfiguration, projector: Projector.Kind, reading: ImageReading
    ) -> Aspect {
        switch (tower.tower, projector, reading) {
        case (.clip, .perceptron, .original): .pad
        default: tower.tower.ownAspect
        }
    }

    /// The row that ends lines; conversion scripts have two names for it.
    private static func newline(
        _ reader: TensorReader, _ tower: VisionConfiguration, aspect: Aspect, width: Int
    ) throws(EngineError) -> [Float]? {
        guard aspect == .anyres else { return nil }
        guard let grid = tower.anyres else {
            throw EngineError(
                .missingPart,
                "\(reader.directory.path): pictures are to be cut into tiles (anyres), but the key "
                    + "'clip.vision.image_grid_pinpoints' with their grids is missing; set "
                    + "model.aspect or --aspect to another, or convert the model again")
        }
        guard tower.firstFeature == tower.tokenCount - tower.patchCount else {
            throw EngineError(
                .unsupportedModel,
                "\(reader.directory.path): the class token's row is a feature, which has no place "
                    + "in a map of tiles (anyres); use a model whose features are the patches")
        }
        guard grid.merge == .spatialUnpad else { return nil }
        let name = ["model.image_newline", "v.image_newline"].first(where: reader.has)
        return try reader.vector(name ?? "model.image_newline", count: width)
    }
}
