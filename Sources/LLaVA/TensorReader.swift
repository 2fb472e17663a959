import CKernels
import ModelFiles

/// Takes tensors out of a model file and says what is wrong with the ones that do not fit.
///
/// Everything a model needs is asked for here when it is loaded, with the shape it must have;
/// afterwards a forward pass cannot meet a missing or misshapen tensor.
struct TensorReader {
    /// The file.
    let directory: any TensorDirectory

    /// Whether the file has a tensor of this name.
    func has(_ name: String) -> Bool { directory.entry(name) != nil }

    /// Checks that the file has tensors which are otherwise taken if they are there.
    ///
    /// - Throws: `EngineError` of kind `missingPart`.
    func require(_ names: [String]) throws(EngineError) {
        for name in names { _ = try entry(name) }
    }

    /// The shape of a tensor, slowest dimension first.
    ///
    /// - Throws: `EngineError` of kind `missingPart`.
    func shape(of name: String) throws(EngineError) -> [Int] { try entry(name).shape }

    /// A weight matrix of shape `(rows, columns)`; inner dimensions of a convolution count as
    /// columns.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `unsupportedModel`.
    func matrix(_ name: String, rows: Int, columns: Int) throws(EngineError) -> WeightMatrix {
        let entry = try computable(name)
        let inner = entry.shape.dropFirst().reduce(1, *)
        guard entry.shape.first == rows, inner == columns else {
            throw mismatch(entry, expected: "\(rows) x \(columns)")
        }
        guard let matrix = WeightMatrix(entry, rows: rows, columns: columns, of: directory) else {
            throw EngineError(
                .inconsistentModel,
                "\(directory.path): rows of '\(name)' are \(columns) elements, not a whole number "
                    + "of \(entry.type.name) blocks; convert the model again")
        }
        return matrix
    }

    /// A vector, or any small tensor, as f32 in the order of the file.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `unsupportedModel`.
    func vector(_ name: String, count: Int) throws(EngineError) -> [Float] {
        let entry = try computable(name)
        guard entry.elementCount == count else { throw mismatch(entry, expected: "\(count)") }
        let bytes = directory.bytes(of: entry)
        var status = CK_OK
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let source = bytes.baseAddress, let target = buffer.baseAddress {
                status = ck_dequantize(
                    CK_LEVEL_PLAIN, entry.type.kernelType, count, source, target)
            }
            initialized = count
        }
        guard status == CK_OK else {
            throw EngineError(
                .inconsistentModel,
                "\(directory.path): '\(name)' is no whole number of \(entry.type.name) blocks; "
                    + "convert the model again")
        }
        guard values.allSatisfy(\.isFinite) else {
            throw EngineError(
                .numerics,
                "\(directory.path): '\(name)' holds infinities or NaN; the file is damaged, fetch "
                    + "it again")
        }
        return values
    }

    /// A vector if the file has it.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `unsupportedModel`.
    func vectorIfPresent(_ name: String, count: Int) throws(EngineError) -> [Float]? {
        has(name) ? try vector(name, count: count) : nil
    }

    /// `prefix.weight` with `prefix.bias` if there is one.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `unsupportedModel`.
    func linear(_ prefix: String, inputs: Int, outputs: Int) throws(EngineError) -> Linear {
        Linear(
            weight: try matrix("\(prefix).weight", rows: outputs, columns: inputs),
            bias: try vectorIfPresent("\(prefix).bias", count: outputs))
    }

    /// `prefix.weight` and `prefix.bias`.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `unsupportedModel`.
    func layerNorm(_ prefix: String, count: Int, epsilon: Float) throws(EngineError) -> LayerNorm {
        LayerNorm(
            weight: try vector("\(prefix).weight", count: count),
            bias: try vector("\(prefix).bias", count: count), epsilon: epsilon)
    }

    /// `prefix.weight`.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `unsupportedModel`.
    func rmsNorm(_ prefix: String, count: Int, epsilon: Float) throws(EngineError) -> RMSNorm {
        RMSNorm(weight: try vector("\(prefix).weight", count: count), epsilon: epsilon)
    }

    private func entry(_ name: String) throws(EngineError) -> TensorEntry {
        guard let entry = directory.entry(name) else {
            throw EngineError(
                .missingPart,
                "\(directory.path): there is no tensor '\(name)'; the file is not a complete "
                    + "model of its kind, convert it again")
        }
        return entry
    }

    private func computable(_ name: String) throws(EngineError) -> TensorEntry {
        let entry = try entry(name)
        guard entry.type.isComputable else {
            throw EngineError(
                .unsupportedModel,
                "\(directory.path): '\(name)' is stored as \(entry.type.name), which the engine "
                    + "does not compute with; convert the model to F16, Q8_0 or Q4_K")
        }
        return entry
    }

    private func mismatch(_ entry: TensorEntry, expected: String) -> EngineError {
        let found = entry.shape.map(String.init).joined(separator: " x ")
        return EngineError(
            .inconsistentModel,
            "\(directory.path): '\(entry.name)' has the shape \(found), but the file's keys make "
                + "it \(expected); convert the model again")
    }
}
