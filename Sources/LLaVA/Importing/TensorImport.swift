import CKernels
import ModelFiles

/// Writes one half of a model as a GGUF file.
struct TensorImport {
    /// Elements turned at a time: a few megabytes, whatever the size of a matrix.
    private static let chunkElements = 1 << 20

    /// The half's tensors under their GGUF names.
    let tensors: any TensorDirectory
    /// The shape of a language model whose rotary pairs are halves of a head; nil for a tower.
    let pairs: LlamaConfiguration?

    /// How many tensors there are.
    var count: Int { tensors.tensorNames.count }

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - metadata: Its keys.
    ///   - type: How a matrix of a name and row length is stored.
    ///   - onTensor: Called after each tensor.
    /// - Throws: `EngineError` of kind `file` or `unsupportedModel`.
    func write(
        to path: String, metadata: [(key: String, value: GGUFValue)],
        type: (_ name: String, _ columns: Int) -> ElementType, onTensor: () -> Void
    ) throws(EngineError) {
        let entries = tensors.tensorNames.compactMap { tensors.entry($0) }
        let targets = entries.map { entry in
            GGUFWriter.Tensor(
                name: entry.name, shape: entry.shape,
                type: Self.isMatrix(entry) ? type(entry.name, entry.shape.last ?? 1) : .f32)
        }
        let writer = try EngineError.passingOn { () throws(ModelFileError) in
            try GGUFWriter(path: path, metadata: metadata, tensors: targets)
        }
        for (entry, target) in zip(entries, targets) {
            try write(entry, as: target.type, to: writer)
            onTensor()
        }
        try EngineError.passingOn { () throws(ModelFileError) in try writer.finish() }
    }

    /// Whether a tensor is multiplied with; positions are added, and stay as exact as they can be.
    private static func isMatrix(_ entry: TensorEntry) -> Bool {
        entry.shape.count > 1 && entry.name != "v.position_embd.weight"
    }

    private func write(
        _ entry: TensorEntry, as type: ElementType, to writer: GGUFWriter
    ) throws(EngineError) {
        let rows = entry.shape.first ?? 1
        let columns = entry.elementCount / max(rows, 1)
        let source = rowOrder(of: entry, rows: rows)
        let chunk = max(1, Self.chunkElements / max(columns, 1))
        for start in stride(from: 0, to: rows, by: chunk) {
            var values: [Float] = []
            for row in start..<min(start + chunk, rows) {
                values += try self.values(of: entry, row: source(row), columns: columns)
            }
            guard values.allSatisfy(\.isFinite) else {
                throw EngineError(
                    .numerics,
                    "\(tensors.path): '\(entry.name)' holds infinities or NaN; the files are "
                        + "damaged, fetch them again")
            }
            guard let bytes = BlockQuantizer.bytes(values, as: type) else {
                throw EngineError(
                    .unsupportedModel,
                    "\(tensors.path): '\(entry.name)' holds values beyond the 65504 of half "
                        + "precision; import it as bf16 or f32")
            }
            try EngineError.passingOn { () throws(ModelFileError) in
                try writer.write(bytes)
            }
        }
    }

    /// One row as f32.
    private func values(
        of entry: TensorEntry, row: Int, columns: Int
    ) throws(EngineError) -> [Float] {
        let bytes = tensors.bytes(of: entry)
        var status = CK_UNKNOWN_TYPE
        let values = [Float](unsafeUninitializedCapacity: columns) { target, count in
            if let base = bytes.baseAddress, let target = target.baseAddress {
                status = ck_dequantize(
                    CK_LEVEL_PLAIN, entry.type.kernelType, columns,
                    base + row * columns * entry.type.bytesPerBlock, target)
            }
            count = status == CK_OK ? columns : 0
        }
        guard status == CK_OK else {
            throw EngineError(
                .unsupportedModel,
                "\(tensors.path): '\(entry.name)' is stored as \(entry.type.name), which cannot "
                    + "be turned into another type; use a model in F32, F16 or BF16")
        }
        return values
    }

    /// Which stored row comes at a place: for queries and keys, the two elements that turn together
    /// are brought side by side (`LlamaModel.permute` of `conversion/llama.py` in the repository
    /// ggml-org/llama.cpp).
    private func rowOrder(of entry: TensorEntry, rows: Int) -> (Int) -> Int {
        let parts = entry.name.split(separator: ".")
        guard let pairs, parts.first == "blk", parts.count == 4,
            parts[2] == "attn_q" || parts[2] == "attn_k"
        else { return { $0 } }
        let dimension = pairs.headDimension
        return { row in
            let (head, place) = row.quotientAndRemainder(dividingBy: dimension)
            return head * dimension + place / 2 + (place % 2) * (dimension / 2)
        }
    }
}
