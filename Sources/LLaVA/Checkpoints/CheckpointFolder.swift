import Glibc
import ModelFiles

/// A model folder as Hugging Face's libraries write it: safetensors, configuration and tokenizer.
///
/// Everything is translated into the words of GGUF files, so that what reads a model reads one
/// language, and `model import` writes what is read here. Weights stay as they are stored: only the
/// order of the rotary pairs differs from a GGUF file's, and the engine is told so.
struct CheckpointFolder {
    /// The key by which a configuration's 'mm_use_im_start_end' is known; GGUF converters have none.
    static let marksKey = "llava.mm_use_im_start_end"

    private let path: String
    private let root: ConfigurationSection
    private let rootFile: JSONFile

    /// Reads a folder's `config.json`.
    ///
    /// - Parameter path: The folder.
    /// - Throws: `EngineError` of kind `file`.
    init(path: String) throws(EngineError) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard access("\(path)/config.json", F_OK) == 0 else {
            throw EngineError(
                .file,
                "\(path): a model folder holds 'config.json' and this one does not; name the "
                    + "folder of a checkpoint, or a GGUF file itself")
        }
        self.path = path
        rootFile = try Self.json("\(path)/config.json")
        root = ConfigurationSection(rootFile)
    }

    /// Translates the folder.
    ///
    /// - Parameter reading: Whose preprocessing pictures go through.
    /// - Returns: Both halves.
    /// - Throws: `EngineError` naming the file and what is missing or cannot be run.
    func parts(reading: ImageReading) throws(EngineError) -> ModelParts {
        let language = try CheckpointLanguage(root)
        let folder = try tensors(in: path)
        let isTied = try language.isTied()
        let languageTensors = try CheckpointTensors(folder) { name in
            name.hasPrefix("blk.") || name.hasPrefix("token_embd")
                || name.hasPrefix("output_norm") || (name.hasPrefix("output.") && !isTied)
        }
        var keys = try language.metadata()
        try languageTensors.require(try language.requiredNames())
        let described = DescribedTensors(
            path: rootFile.path, try language.describedTensors())
        let rows = try Self.rows(of: languageTensors)
        let tokenizer = try CheckpointTokenizer(folder: path)
        keys.merge(try tokenizer.metadata(rows: rows, endIDs: try language.endIDs())) { $1 }
        var files = [rootFile.path] + folder.filePaths + tokenizer.files
        if let template = try tokenizer.chatTemplate() {
            keys["tokenizer.chat_template"] = .string(template.text)
            if !files.contains(template.file) { files.append(template.file) }
        }
        keys[Self.marksKey] = try root.truth("mm_use_im_start_end").map { .bool($0) }
        keys["general.name"] = path.split(separator: "/").last.map { .string(String($0)) }

        let tower = try CheckpointTower.find(
            root: root, folder: folder, isOriginal: language.isOriginal)
        let vision = try visionPart(tower, projector: folder)
        return ModelParts(
            language: .init(
                keys: CheckpointMetadata(path: rootFile.path, metadata: keys),
                tensors: JoinedTensors(first: described, second: languageTensors)),
            vision: vision, rotaryOrder: .halves,
            aspect: try tower.description.aspect(of: root, reading: reading),
            files: files + tower.files,
            byteCount: folder.byteCount
                + (tower.tensors.path == folder.path ? 0 : tower.tensors.byteCount))
    }

    private func visionPart(
        _ tower: CheckpointTower, projector folder: SafetensorsFolder
    ) throws(EngineError) -> ModelParts.Part {
        let keys = try tower.description.metadata(of: root)
        let projector = try CheckpointTensors(folder) {
            $0.hasPrefix("mm.") || $0 == "model.image_newline"
        }
        let weights = try CheckpointTensors(tower.tensors) { $0.hasPrefix("v.") }
        guard case .integers(let layers)? = keys["clip.vision.feature_layer"],
            let blocks = layers.first
        else { preconditionFailure("the description has just stated the layer") }
        try weights.require(tower.description.requiredNames(blocks: Int(blocks)))
        if projector.entry("mm.weight") == nil {
            try projector.require([(canonical: "mm.0.weight", own: "linear_1.weight")])
        }
        return .init(
            keys: CheckpointMetadata(path: rootFile.path, metadata: keys),
            tensors: JoinedTensors(first: weights, second: projector))
    }

    /// How many rows the token embedding has; one without elements could claim any number.
    private static func rows(of tensors: CheckpointTensors) throws(EngineError) -> Int {
        guard let entry = tensors.entry("token_embd.weight"), entry.elementCount > 0,
            let rows = entry.shape.first
        else {
            throw EngineError(
                .inconsistentModel,
                "\(tensors.path): the token embedding '…embed_tokens.weight' has no elements; "
                    + "fetch the files again")
        }
        return rows
    }

    private func tensors(in folder: String) throws(EngineError) -> SafetensorsFolder {
        let hasSafetensors =
            access("\(folder)/model.safetensors", F_OK) == 0
            || access("\(folder)/model.safetensors.index.json", F_OK) == 0
        let pickles = [
            "pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin",
            "pytorch_model-00001-of-00003.bin", "consolidated.00.pth",
        ]
        if !hasSafetensors,
            let pickle = pickles.first(where: { access("\(folder)/\($0)", F_OK) == 0 })
        {
            throw EngineError(
                .unsupportedModel,
                "\(folder): '\(pickle)' is a Python pickle, which can run code and is not read; "
                    + "use the model's llava-hf version or a GGUF pair, or load it with "
                    + "transformers and write it with save_pretrained(…, safe_serialization=True)")
        }
        return try EngineError.passingOn { () throws(ModelFileError) in
            try SafetensorsFolder(path: folder)
        }
    }

    private static func json(_ path: String) throws(EngineError) -> JSONFile {
        try EngineError.passingOn { () throws(ModelFileError) in try JSONFile(path: path) }
    }
}
