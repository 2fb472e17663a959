import ModelFiles

/// How an import stores a model's weight matrices.
///
/// Norms, biases and position embeddings are always stored as F32.
public enum ImportType: String, CaseIterable, Sendable {
    /// Single precision.
    case f32
    /// Half precision: what most checkpoints are published in.
    case f16
    /// The upper half of single precision.
    case bf16
    /// 8 bits and a scale for 32 elements.
    case q8_0
    /// 4 bits and a scale for 32 elements; the output matrix as Q8_0.
    case q4_0

    /// The number GGUF files have for the whole, `general.file_type` (`llama_ftype` in `llama.h` of
    /// the repository ggml-org/llama.cpp).
    var fileType: UInt64 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q8_0: 7
        case .bf16: 32
        }
    }

    /// How a matrix of the language model is stored.
    ///
    /// - Parameters:
    ///   - name: Its GGUF name.
    ///   - columns: Its row length; one that is not whole blocks is stored as F16.
    /// - Returns: The element type.
    func languageType(_ name: String, columns: Int) -> ElementType {
        let wanted: ElementType =
            switch self {
            case .f32: .f32
            case .f16: .f16
            case .bf16: .bf16
            case .q8_0: .q8_0
            case .q4_0: name == "output.weight" ? .q8_0 : .q4_0
            }
        return columns % wanted.elementsPerBlock == 0 ? wanted : .f16
    }

    /// How a matrix of the vision tower or the projector is stored: its share of the file is small
    /// and its features suffer most, so it is not quantised.
    var visionType: ElementType {
        switch self {
        case .f32: .f32
        case .bf16: .bf16
        case .f16, .q8_0, .q4_0: .f16
        }
    }
}
