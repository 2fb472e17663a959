import CKernels

/// The element-wise functions of the two towers and the projector.
enum Activation: String, Sendable {
    /// `x · σ(1.702 x)`, OpenAI CLIP's.
    case quickGELU = "quick_gelu"
    /// `x · Φ(x)` by the error function, torch's `nn.GELU()`.
    case gelu
    /// The same with a tanh for the error function, `gelu_pytorch_tanh`.
    case tanhGELU = "gelu_pytorch_tanh"
}

extension TensorMath {
    /// Applies an activation in place to the first `rows` rows.
    func apply(_ activation: Activation, to matrix: Matrix, rows: Int) {
        forEachRow(rows) { row in
            switch activation {
            case .quickGELU: ck_quick_gelu(level, matrix.columns, matrix[row])
            case .gelu: ck_gelu_erf(level, matrix.columns, matrix[row])
            case .tanhGELU: ck_gelu_tanh(level, matrix.columns, matrix[row])
            }
        }
    }

    /// SwiGLU's middle: `gate = silu(gate) · up` for the first `rows` rows.
    func gate(_ gate: Matrix, with up: Matrix, rows: Int) {
        forEachRow(rows) { row in ck_silu_times(level, gate.columns, gate[row], up[row]) }
    }
}
