public import Images
import ModelFiles

/// A model: its files, mapped and checked.
///
/// Immutable, shared by all engines of a process.
public final class LlavaModel: Sendable {
    /// Where it was loaded from, and with which choices.
    public let location: ModelLocation
    /// The shapes of its halves.
    public let configuration: LlavaConfiguration
    /// Text to tokens and back.
    public let tokenizer: any Tokenizer
    /// How it was trained to see a conversation; `nil` if its files do not tell and none was named,
    /// which leaves it raw prompts only.
    public let template: ChatTemplate?

    let language: LlamaWeights
    let vision: VisionModel?
    let parts: ModelParts
    private let templateError: EngineError?
    private let madeFingerprint: ModelFingerprint

    /// Maps a model's files and checks every key and tensor that a forward pass needs.
    ///
    /// - Parameter location: The files and choices.
    /// - Returns: The model; weights are paged in when they are used.
    /// - Throws: `EngineError` naming the file and the key or tensor, and what to do.
    public static func load(_ location: ModelLocation) throws(EngineError) -> LlavaModel {
        try LlavaModel(location)
    }

    private init(_ location: ModelLocation) throws(EngineError) {
        let parts = try ModelParts.open(location)
        let textKeys = parts.language.keys
        let language = try LlamaConfiguration(textKeys, rotaryOrder: parts.rotaryOrder)
        let heads = language.headDimension
        guard location.keyValueStorage != .int8 || heads % 32 == 0 else {
            throw EngineError(
                .unsupportedModel,
                "keys and values of 8 bits need heads of a multiple of 32 elements, and those of "
                    + "\(location.text) have \(heads); set workers.kv to f16")
        }
        let weights = try LlamaWeights(
            TensorReader(directory: parts.language.tensors), language)
        let tokenizer = try textKeys.tokenizer()
        guard tokenizer.vocabularySize == weights.vocabularyRows else {
            throw EngineError(
                .inconsistentModel,
                "\(textKeys.path): 'token_embd.weight' has \(weights.vocabularyRows) rows for "
                    + "\(tokenizer.vocabularySize) pieces of 'tokenizer.ggml.tokens'; convert the "
                    + "model again")
        }
        var vision: VisionModel?
        if let part = parts.vision {
            vision = try VisionModel(
                part, aspect: location.aspect ?? parts.aspect, reading: location.reading,
                width: language.width, textPath: textKeys.path)
        }
        let aspect = vision.map { $0.preprocessor.aspect.rawValue } ?? "none"
        self.location = location
        self.parts = parts
        self.language = weights
        self.vision = vision
        self.tokenizer = tokenizer
        configuration = LlavaConfiguration(language: language, vision: vision?.configuration)

        let keys = ModelKeys(textKeys)
        let chatTemplate = try keys.textIfPresent("tokenizer.chat_template")
        let marksPictures = try keys.truthIfPresent(CheckpointFolder.marksKey)
        do throws(EngineError) {
            template = try ChatTemplate.choose(
                named: location.template, chatTemplate: chatTemplate,
                marksPictures: marksPictures,
                hasTiles: vision.map { $0.configuration.anyres != nil }, tokenizer: tokenizer,
                path: textKeys.path)
            templateError = nil
        } catch {
            guard location.template == nil else { throw error }
            template = nil
            templateError = error
        }
        madeFingerprint = try ModelFingerprint(
            paths: parts.files,
            choices: "template \(template?.fullName ?? "none"), aspect \(aspect), "
                + "reading \(location.reading.rawValue), "
                + "orientation \(location.appliesOrientation ? "applied" : "ignored"), "
                + (location.jpegLeastSide.map { "JPEGs of \($0) pixels at least, " } ?? "")
                + "cache \(location.keyValueStorage.rawValue), "
                + "arithmetic \(location.arithmetic.nameOnThisMachine)")
    }

    /// The tokenizer of a model, without its weights.
    ///
    /// - Parameter path: The language model's GGUF file, or a model folder.
    /// - Returns: The tokenizer.
    /// - Throws: `EngineError` naming the file and what cannot be read.
    public static func tokenizer(of path: String) throws(EngineError) -> any Tokenizer {
        try ModelParts.open(ModelLocation(text: path)).language.keys.tokenizer()
    }

    /// What makes this model's answers, as 64 hexadecimal digits.
    ///
    /// SHA-256 over weights, tokenizer, template, preprocessing and the version of the arithmetic.
    /// The first call reads every byte of the files; later ones cost nothing.
    public var fingerprint: String { madeFingerprint.digits }

    /// The chat template.
    ///
    /// - Returns: The one that was named, or that the files tell.
    /// - Throws: `EngineError` of kind `template` if there is neither.
    public func requiredTemplate() throws(EngineError) -> ChatTemplate {
        if let template { return template }
        throw templateError ?? EngineError(.template, "\(location.text): no chat template is known")
    }

    /// Longer contexts than this are used only if asked for: their cache takes gigabytes.
    public static let defaultContextLimit = 4096

    /// Positions a prompt and its answer may take together.
    ///
    /// - Parameter wanted: What is asked for; `nil` for the length the model was trained for, at most
    ///   `defaultContextLimit`.
    /// - Returns: The length.
    /// - Throws: `EngineError` of kind `prompt` if the model was not trained for such a length.
    func contextLength(_ wanted: Int?) throws(EngineError) -> Int {
        let trained = configuration.language.contextLength
        let length = wanted ?? min(trained, Self.defaultContextLimit)
        guard length > 0, length <= trained else {
            throw EngineError(
                .prompt,
                "a context of \(length) positions was asked for, but \(location.text) was "
                    + "trained for 1 to \(trained); ask for a length in that range")
        }
        return length
    }

    /// That it sees no pictures, and what to do.
    public var blind: EngineError {
        EngineError(
            .missingPart,
            "\(location.text) was loaded without a projector file, so it sees no pictures; "
                + "set model.mmproj or --mmproj")
    }

    /// A picture as the vision tower gets it, before normalisation.
    ///
    /// - Parameter image: Any picture.
    /// - Returns: The picture as a square of the tower's size, several views one below the other;
    ///   the same picture if the model has no vision tower.
    public func modelInput(for image: RGBImage) -> RGBImage {
        vision?.preprocessor.modelInput(for: image) ?? image
    }

    /// How pictures are made the vision tower's input; `nil` without one.
    public var preprocessor: ImagePreprocessor? { vision?.preprocessor }
}
