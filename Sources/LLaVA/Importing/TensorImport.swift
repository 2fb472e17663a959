import CKernels
import ModelFiles
import Synchronization
import Threads

/// Writes one half of a model as a GGUF file.
struct TensorImport {
    /// Elements turned between two writes: some megabytes, whatever the size of a matrix.
    private static let chunkElements = 1 << 22
    /// Elements a thread turns at a time.
    private static let rangeElements = 1 << 16

    /// The half's tensors under their GGUF names.
    let tensors: any TensorDirectory
    /// The shape of a language model whose rotary pairs are halves of a head; nil for a tower.
    let pairs: LlamaConfiguration?
    /// The threads that share the work; what is written does not depend on how many they are.
    let pool: ComputePool

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
    static func isMatrix(_ entry: TensorEntry) -> Bool {
        entry.shape.count > 1 && entry.name != "v.position_embd.weight"
    }

    private func write(
        _ entry: TensorEntry, as type: ElementType, to writer: GGUFWriter
    ) throws(EngineError) {
        // A bias has one element for each row of its matrix and is put in order as that is.
        let isTurnedBias = entry.shape.count == 1 && isTurned(entry)
        let columns = isTurnedBias ? 1 : entry.shape.last ?? 1
        let rows = entry.elementCount / max(columns, 1)
        // Rounding what is rounded to the same type already could only move it.
        if type.elementsPerBlock > 1, entry.type == type { return try copy(entry, to: writer) }
        let quantizer = BlockQuantizer(
            source: entry.type, target: type, columns: columns, level: ck_best_level())
        let chunk = max(1, Self.chunkElements / max(columns, 1))
        for start in stride(from: 0, to: rows, by: chunk) {
            let range = start..<min(start + chunk, rows)
            let (bytes, failure) = turn(range, of: entry, rows: rows, with: quantizer)
            if let failure { throw refusal(of: entry, failure) }
            try EngineError.passingOn { () throws(ModelFileError) in
                try writer.write(bytes)
            }
        }
    }

    private func copy(_ entry: TensorEntry, to writer: GGUFWriter) throws(EngineError) {
        let stored = tensors.bytes(of: entry)
        for start in stride(from: 0, to: stored.count, by: Self.chunkElements) {
            let piece = stored[start..<min(start + Self.chunkElements, stored.count)]
            try EngineError.passingOn { () throws(ModelFileError) in
                try writer.write([UInt8](piece))
            }
        }
    }

    /// Turns some rows, on all threads.
    private func turn(
        _ range: Range<Int>, of entry: TensorEntry, rows: Int, with quantizer: BlockQuantizer
    ) -> ([UInt8], BlockQuantizer.Failure?) {
        let stored = tensors.bytes(of: entry)
        let storedRowBytes = stored.count / max(rows, 1)
        let targetRowBytes = quantizer.targetRowBytes
        let place = rowOrder(of: entry, rows: rows)
        let worst = Atomic<Int>(0)
        let size = range.count * targetRowBytes
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, count in
            count = size
            guard let out = target.baseAddress, let base = stored.baseAddress else { return }
            let grain = max(1, Self.rangeElements / max(quantizer.columns, 1))
            pool.forEachRange(count: range.count, grain: grain) { _, part in
                let sources = part.map { base + place(range.lowerBound + $0) * storedRowBytes }
                let failure = withUnsafeTemporaryAllocation(
                    of: Float.self, capacity: part.count * quantizer.columns
                ) { values in
                    quantizer.encode(
                        sources, into: out + part.lowerBound * targetRowBytes, values: values)
                }
                if let failure { worst.store(failure.rawValue, ordering: .relaxed) }
            }
        }
        return (bytes, BlockQuantizer.Failure(rawValue: worst.load(ordering: .relaxed)))
    }

    private func refusal(of entry: TensorEntry, _ failure: BlockQuantizer.Failure) -> EngineError {
        switch failure {
        case .notFinite:
            EngineError(
                .numerics,
                "\(tensors.path): '\(entry.name)' holds infinities or NaN; the files are damaged, "
                    + "fetch them again")
        case .outOfRange:
            EngineError(
                .unsupportedModel,
                "\(tensors.path): '\(entry.name)' holds values beyond the 65504 of half "
                    + "precision; write it as bf16 or f32")
        case .unknownSource:
            EngineError(
                .unsupportedModel,
                "\(tensors.path): '\(entry.name)' is stored as \(entry.type.name), which cannot "
                    + "be turned into another type; use a model in F32, F16 or BF16")
        }
    }

    /// Whether rows are put in another order: those of queries and keys, where a file of the
    /// architecture has them so.
    private func isTurned(_ entry: TensorEntry) -> Bool {
        let parts = entry.name.split(separator: ".")
        return pairs?.architecture.interleavesPairs == true && parts.first == "blk"
            && parts.count == 4 && (parts[2] == "attn_q" || parts[2] == "attn_k")
    }

    /// Which stored row comes at a place: for queries and keys, the two elements that turn together
    /// are brought side by side (`LlamaModel.permute` of `conversion/llama.py` in the repository
    /// ggml-org/llama.cpp).
    private func rowOrder(of entry: TensorEntry, rows: Int) -> (Int) -> Int {
        guard let pairs, isTurned(entry) else { return { $0 } }
        let dimension = pairs.headDimension
        return { row in
            let (head, place) = row.quotientAndRemainder(dividingBy: dimension)
            return head * dimension + place / 2 + (place % 2) * (dimension / 2)
        }
    }
}
