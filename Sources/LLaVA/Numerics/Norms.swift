import CKernels

/// LayerNorm: a learned scale and shift after centring and scaling to unit variance.
struct LayerNorm: Sendable {
    /// Shape `(columns)`.
    let weight: [Float]
    /// Shape `(columns)`.
    let bias: [Float]
    /// Added to the variance.
    let epsilon: Float
}

/// RMSNorm: a learned scale after scaling to a root mean square of one.
struct RMSNorm: Sendable {
    /// Shape `(columns)`.
    let weight: [Float]
    /// Added to the mean square.
    let epsilon: Float
}

extension TensorMath {
    /// `output = norm(input)` for the first `rows` rows; the two may be the same matrix.
    func apply(_ norm: LayerNorm, to input: Matrix, rows: Int, into output: Matrix) {
        precondition(
            norm.weight.count == input.columns && norm.bias.count == input.columns,
            "a LayerNorm of \(norm.weight.count) on rows of \(input.columns)")
        forEachRow(rows) { row in
            ck_layer_norm(
                level, input.columns, input[row], norm.weight, norm.bias, norm.epsilon, output[row])
        }
    }

    /// `output = norm(input)` for the first `rows` rows; the two may be the same matrix.
    func apply(_ norm: RMSNorm, to input: Matrix, rows: Int, into output: Matrix) {
        precondition(
            norm.weight.count == input.columns,
            "an RMSNorm of \(norm.weight.count) on rows of \(input.columns)")
        forEachRow(rows) { row in
            ck_rms_norm(level, input.columns, input[row], norm.weight, norm.epsilon, output[row])
        }
    }
}
