import Glibc
import ModelFiles

/// The two halves of a model, whatever kind of files they come from.
struct ModelParts: Sendable {
    /// One half: what it says about itself, and its tensors under the names of GGUF files.
    struct Part: Sendable {
        /// Keys and values.
        let keys: any ModelMetadata
        /// Tensors.
        let tensors: any TensorDirectory
    }

    /// The language model.
    let language: Part
    /// The vision tower and the projector, if the model sees pictures.
    let vision: Part?
    /// Which elements of a head turn together.
    let rotaryOrder: RotaryTable.Order
    /// How pictures become square, if the files say so.
    let aspect: Aspect?
    /// Every file an answer depends on.
    let files: [String]
    /// Bytes of the files that hold tensors.
    let byteCount: Int

    /// Opens a model's files.
    ///
    /// - Parameter location: A GGUF pair, or a folder as Hugging Face's libraries write it.
    /// - Returns: The parts, their headers read and checked.
    /// - Throws: `EngineError` naming the file and what to do.
    static func open(_ location: ModelLocation) throws(EngineError) -> ModelParts {
        var status = stat()
        if stat(location.text, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            guard location.projector == nil else {
                throw EngineError(
                    .file,
                    "\(location.text): a model folder holds its projector, and another file was "
                        + "named as well; leave model.mmproj or --mmproj out")
            }
            return try CheckpointFolder(path: location.text).parts(reading: location.reading)
        }
        let text = try gguf(location.text)
        var projector: GGUFFile?
        var aspect: Aspect?
        if let path = location.projector {
            let file = try gguf(path)
            aspect = try Self.aspect(file, reading: location.reading)
            projector = file
        }
        return ModelParts(
            language: Part(keys: text, tensors: text),
            vision: projector.map { Part(keys: $0, tensors: $0) },
            rotaryOrder: .adjacent, aspect: aspect,
            files: text.filePaths + (projector?.filePaths ?? []),
            byteCount: text.byteCount + (projector?.byteCount ?? 0))
    }

    /// How pictures become square, where the projector's file says it in the words of the original
    /// project's configurations.
    private static func aspect(
        _ file: GGUFFile, reading: ImageReading
    ) throws(EngineError) -> Aspect? {
        let key = "clip.vision.image_aspect_ratio"
        guard let ratio = try ModelKeys(file).textIfPresent(key) else { return nil }
        guard let aspect = Aspect.named(ratio, tower: TowerKind(of: file)) else {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): '\(key)' is '\(ratio)', but this engine knows 'pad', 'square' and "
                    + "'anyres'; use a LLaVA v1, v1.5 or 1.6 model")
        }
        return reading == .original || aspect == .anyres ? aspect : nil
    }

    private static func gguf(_ path: String) throws(EngineError) -> GGUFFile {
        if path.hasSuffix(".safetensors") {
            throw EngineError(
                .file,
                "\(path): a safetensors file needs the configuration beside it; name the folder "
                    + "it is in")
        }
        return try EngineError.passingOn { () throws(ModelFileError) in try GGUFFile(path: path) }
    }
}
