import Glibc
import ModelFiles
import Threads

/// Writes a model folder as a pair of GGUF files, in one step.
public struct ModelImport: Sendable {
    /// The files an import wrote.
    public struct Written: Sendable, Equatable {
        /// The language model's file.
        public let text: String
        /// The projector's file.
        public let projector: String?
    }

    /// The folder to read.
    public let folder: String
    /// How weight matrices are stored.
    public let type: WeightMix
    /// Threads to compute with.
    public let threads: Int

    /// Describes an import.
    ///
    /// - Parameters:
    ///   - folder: A folder as Hugging Face's libraries write it.
    ///   - type: How weight matrices are stored.
    ///   - threads: Threads to compute with; the files do not depend on it.
    public init(folder: String, type: WeightMix, threads: Int = 1) {
        self.folder = folder
        self.type = type
        self.threads = threads
    }

    /// Reads the folder and writes `NAME-TYPE.gguf` and `NAME-TYPE.mmproj.gguf`.
    ///
    /// The model is loaded first as it would be for answering, so that nothing is written of one
    /// that cannot be run.
    ///
    /// - Parameters:
    ///   - target: A folder, made if it is missing.
    ///   - onTensor: Told how many tensors of how many are written.
    /// - Returns: The files.
    /// - Throws: `EngineError` naming what cannot be read, run or written.
    public func write(
        into target: String, onTensor: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(EngineError) -> Written {
        let checked = try LlavaModel.load(ModelLocation(text: folder))
        let parts = checked.parts
        guard parts.rotaryOrder == .halves else {
            throw EngineError(
                .file,
                "\(folder): an import reads a folder with safetensors and this is a GGUF file "
                    + "already; use it as it is")
        }
        guard mkdir(target, 0o755) == 0 || errno == EEXIST else {
            throw EngineError(
                .file,
                "\(target): the folder could not be made (\(String(cString: strerror(errno)))); "
                    + "check the folder above it")
        }
        let name = folder.split(separator: "/").last.map(String.init) ?? "model"
        let base = "\(target)/\(name)-\(type.rawValue)"
        let pool = ComputePool(threads: threads, name: "import")
        let language = TensorImport(
            tensors: parts.language.tensors, pairs: checked.configuration.language, pool: pool)
        let vision = parts.vision.map { TensorImport(tensors: $0.tensors, pairs: nil, pool: pool) }
        let total = language.count + (vision?.count ?? 0)
        var done = 0
        let step = {
            done += 1
            onTensor(done, total)
        }
        let shape = checked.configuration.language
        let isTied = parts.language.tensors.entry("output.weight") == nil
        try language.write(
            to: "\(base).gguf", metadata: languageKeys(checked),
            type: {
                type.languageType(
                    $0, columns: $1, layerCount: shape.layerCount,
                    queriesPerKey: shape.headCount / shape.keyValueHeadCount, isTied: isTied)
            }, onTensor: step)
        guard let vision, let part = parts.vision else {
            return Written(text: "\(base).gguf", projector: nil)
        }
        var keys = part.keys.metadata
        keys["general.file_type"] = .unsigned(type.visionFileType)
        keys["clip.has_llava_projector"] = .bool(true)
        keys["clip.has_text_encoder"] = .bool(false)
        if let aspect = parts.aspect {
            keys["clip.vision.image_aspect_ratio"] = .string(aspect.imageAspectRatio)
        }
        try vision.write(
            to: "\(base).mmproj.gguf", metadata: Self.ordered(keys),
            type: { _, _ in type.visionType }, onTensor: step)
        return Written(text: "\(base).gguf", projector: "\(base).mmproj.gguf")
    }

    private func languageKeys(_ model: LlavaModel) -> [(key: String, value: GGUFValue)] {
        let shape = model.configuration.language
        var keys = model.parts.language.keys.metadata
        keys["general.file_type"] = .unsigned(type.fileType)
        keys["general.quantization_version"] = .unsigned(2)
        let prefix = shape.architecture.rawValue
        keys["\(prefix).vocab_size"] = .unsigned(UInt64(model.language.vocabularyRows))
        keys["\(prefix).rope.dimension_count"] = .unsigned(UInt64(shape.headDimension))
        return Self.ordered(keys)
    }

    /// The architecture first, as readers that show a file as it comes like it.
    private static func ordered(
        _ keys: [String: GGUFValue]
    ) -> [(key: String, value: GGUFValue)] {
        let first = "general.architecture"
        return keys.map { (key: $0.key, value: $0.value) }
            .sorted { ($0.key == first ? 0 : 1, $0.key) < ($1.key == first ? 0 : 1, $1.key) }
    }
}
