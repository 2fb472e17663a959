import Glibc
import ModelFiles
import Threads

/// Writes a GGUF file again with its matrices in other types: a language model in any mix, a
/// projector's file in a type that keeps its features.
public struct ModelQuantization: Sendable {
    /// The file to read.
    public let source: String
    /// How weight matrices are stored.
    public let mix: WeightMix
    /// Threads to compute with.
    public let threads: Int

    /// What a tower and its projector may be stored as: with fewer bits its features suffer more
    /// than the file shrinks.
    private static let visionMixes: [WeightMix] = [.f32, .f16, .bf16, .q8_0]

    /// Describes a quantisation.
    ///
    /// - Parameters:
    ///   - source: A GGUF file; of a split one the first part.
    ///   - mix: How weight matrices are stored.
    ///   - threads: Threads to compute with; the file does not depend on it.
    public init(source: String, mix: WeightMix, threads: Int = 1) {
        self.source = source
        self.mix = mix
        self.threads = threads
    }

    /// Reads the file and writes the other one, which appears under its name when it is complete.
    ///
    /// - Parameters:
    ///   - target: The file to write.
    ///   - onTensor: Told how many tensors of how many are written.
    /// - Throws: `EngineError` naming what cannot be read, turned or written.
    public func write(
        to target: String, onTensor: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(EngineError) {
        let file = try EngineError.passingOn { () throws(ModelFileError) in
            try GGUFFile(path: source)
        }
        guard !Self.isSameFile(source, target) else {
            throw EngineError(
                .file, "\(target): this is the file to read; give another place with --out")
        }
        let keys = ModelKeys(file)
        let architecture = try keys.text("general.architecture")
        let type: (String, Int) -> ElementType
        if architecture == "clip" {
            guard Self.visionMixes.contains(mix) else {
                throw EngineError(
                    .unsupportedModel,
                    "\(source): a vision tower is stored as "
                        + "\(Self.visionMixes.map(\.rawValue).joined(separator: ", ")) and not as "
                        + "\(mix.rawValue); give one of these with --type")
            }
            type = { _, columns in mix.uniformType(columns: columns) }
        } else {
            let layers = try keys.count("\(architecture).block_count", upTo: 1 << 16)
            let headKey = "\(architecture).attention.head_count"
            let heads = try keys.count(headKey, upTo: 1 << 16)
            let shared = try keys.countIfPresent("\(headKey)_kv", upTo: heads) ?? heads
            let isTied = file.entry("output.weight") == nil
            type = { name, columns in
                mix.languageType(
                    name, columns: columns, layerCount: layers, queriesPerKey: heads / shared,
                    isTied: isTied)
            }
        }
        try refuseLoss(file, type)
        let output = TensorImport(
            tensors: file, pairs: nil, pool: ComputePool(threads: threads, name: "quantize"))
        var done = 0
        try output.write(to: target, metadata: metadata(of: file), type: type) {
            done += 1
            onTensor(done, output.count)
        }
    }

    /// Refuses to round again what was rounded to a few bits already: twice is worse than once
    /// from the original.
    private func refuseLoss(
        _ file: GGUFFile, _ type: (String, Int) -> ElementType
    ) throws(EngineError) {
        for entry in file.tensorNames.compactMap({ file.entry($0) })
        where TensorImport.isMatrix(entry) && entry.type.elementsPerBlock > 1 {
            let wanted = type(entry.name, entry.shape.last ?? 1)
            guard wanted != entry.type, wanted.elementsPerBlock > 1, entry.type != .q8_0 else {
                continue
            }
            throw EngineError(
                .unsupportedModel,
                "\(source): '\(entry.name)' is \(entry.type.name) already, and rounding it again "
                    + "to \(wanted.name) loses more than rounding the original once; quantise "
                    + "from the model in F16, BF16 or Q8_0")
        }
    }

    /// The file's own keys in their order, with the new type.
    private func metadata(of file: GGUFFile) -> [(key: String, value: GGUFValue)] {
        var keys = file.metadataKeys.filter { !$0.hasPrefix("split.") }
        var values = file.metadata
        values["general.file_type"] = .unsigned(mix.fileType)
        values["general.quantization_version"] = .unsigned(2)
        // The writer's alignment is the format's own.
        keys.removeAll { $0 == "general.alignment" }
        for key in ["general.file_type", "general.quantization_version"]
        where !keys.contains(key) {
            keys.append(key)
        }
        return keys.compactMap { key in values[key].map { (key, $0) } }
    }

    private static func isSameFile(_ first: String, _ second: String) -> Bool {
        var one = stat()
        var other = stat()
        guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
        return one.st_ino == other.st_ino && one.st_dev == other.st_dev
    }
}
