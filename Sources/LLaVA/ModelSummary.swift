import ModelFiles

/// What a model is, for people and for `model info`.
public struct ModelSummary: Sendable, Equatable, Codable {
    /// The vision tower.
    public struct Tower: Sendable, Equatable, Codable {
        /// What it is, "CLIP ViT" or "SigLIP ViT".
        public let name: String
        /// Rows and columns of the picture it takes.
        public let imageSide: Int
        /// Rows and columns of a patch.
        public let patchSide: Int
        /// Its width.
        public let width: Int
        /// Attention heads.
        public let heads: Int
        /// Blocks that are run.
        public let blocks: Int
        /// Blocks the file stores.
        public let storedBlocks: Int
        /// Positions a picture takes in the prompt, at most.
        public let imageTokens: Int
        /// How pictures become square.
        public let aspect: Aspect
        /// The projector, as LLaVA's configurations name it.
        public let projector: String
    }

    /// The language model.
    public struct Language: Sendable, Equatable, Codable {
        /// The architecture its file names.
        public let architecture: String
        /// Its width.
        public let width: Int
        /// Its layers.
        public let layers: Int
        /// Attention heads.
        public let heads: Int
        /// Heads of keys and values.
        public let keyValueHeads: Int
        /// Width of the feed-forward.
        public let feedForwardWidth: Int
        /// Pieces of the vocabulary.
        public let vocabulary: Int
        /// Positions it was trained for.
        public let contextLength: Int
    }

    /// The generation of LLaVA its parts make it.
    public let family: String
    /// The name its file gives it.
    public let name: String?
    /// The vision tower, if it sees pictures.
    public let tower: Tower?
    /// The language model.
    public let language: Language
    /// The chat template, if it is known.
    public let template: String?
    /// Numbers in all weights.
    public let parameters: Int
    /// Bytes of its files.
    public let fileBytes: Int
    /// Weights of each element type, as a share of all.
    public let elementTypes: [String: Double]
    /// Bytes one position of a sequence takes in the cache.
    public let cacheBytesPerToken: Int
    /// Bytes of the activations of a worker, its keys and values left out.
    public let activationBytes: Int
    /// Bytes a worker needs for itself when its context is full.
    public let workerBytes: Int

    /// Memory for a number of workers with full contexts, weights included.
    ///
    /// - Parameter workers: How many engines share the weights.
    /// - Returns: Bytes.
    public func memory(workers: Int) -> Int { fileBytes + workers * workerBytes }
}

extension LlavaModel {
    /// What the model is.
    public var summary: ModelSummary {
        let language = configuration.language
        let halves = [parts.language] + (parts.vision.map { [$0] } ?? [])
        var elements: [String: Int] = [:]
        for tensors in halves.map(\.tensors) {
            for entry in tensors.tensorNames.compactMap({ tensors.entry($0) }) {
                elements[entry.type.name, default: 0] += entry.elementCount
            }
        }
        let parameters = elements.values.reduce(0, +)
        let family =
            switch (vision?.projector.kind, vision?.newline) {
            case (nil, _): "language model without pictures"
            case (.linear, _): "LLaVA v1"
            case (.perceptron, nil): "LLaVA v1.5"
            case (.perceptron, .some): "LLaVA 1.6"
            }
        return ModelSummary(
            family: family, name: (try? parts.language.keys.stringIfPresent("general.name")) ?? nil,
            tower: vision.map(tower),
            language: ModelSummary.Language(
                architecture: language.architecture.rawValue, width: language.width,
                layers: language.layerCount,
                heads: language.headCount, keyValueHeads: language.keyValueHeadCount,
                feedForwardWidth: language.feedForwardWidth,
                vocabulary: self.language.vocabularyRows, contextLength: language.contextLength),
            template: template?.name, parameters: parameters,
            fileBytes: parts.byteCount,
            elementTypes: elements.mapValues { Double($0) / Double(max(parameters, 1)) },
            cacheBytesPerToken: KVCache.positionBytes(
                language, storage: location.keyValueStorage),
            activationBytes: activationBytes,
            workerBytes: activationBytes
                + min(language.contextLength, LlavaModel.defaultContextLimit)
                * KVCache.positionBytes(language, storage: location.keyValueStorage))
    }

    private func tower(_ vision: VisionModel) -> ModelSummary.Tower {
        let shape = vision.configuration
        return ModelSummary.Tower(
            name: shape.tower.name, imageSide: shape.imageSide, patchSide: shape.patchSide,
            width: shape.width, heads: shape.headCount, blocks: shape.blockCount,
            storedBlocks: shape.storedBlockCount, imageTokens: vision.mostTokens,
            aspect: vision.preprocessor.aspect, projector: vision.projector.kind.description)
    }

    /// The activations of both halves; scratch space of the threads, a few megabytes each, is left
    /// out.
    private var activationBytes: Int {
        let language = configuration.language
        let context = min(language.contextLength, LlavaModel.defaultContextLimit)
        let row =
            2 * language.width + 2 * language.headCount * language.headDimension
            + 2 * language.keyValueHeadCount * language.headDimension
            + 2 * language.feedForwardWidth
        var floats = min(LlamaDecoder.chunkRows, context) * row
        if let vision {
            let shape = vision.configuration
            floats += shape.tokenCount * (6 * shape.width + shape.feedForwardWidth)
            floats += shape.patchCount * shape.patchElements
            floats += (2 * shape.featureCount + vision.mostTokens) * vision.projector.widest
        }
        return 4 * floats
    }
}
