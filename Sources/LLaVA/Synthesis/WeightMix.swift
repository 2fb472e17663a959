import ModelFiles

/// How a model's matrices are stored: in one element type, or in a standard mix of several.
///
/// The mixes are those of `llama-quant.cpp` in the repository ggml-org/llama.cpp for models of the
/// LLaMA family, without an importance matrix.
public enum WeightMix: String, CaseIterable, Sendable {
    /// Single precision.
    case f32
    /// Half precision.
    case f16
    /// The upper half of single precision.
    case bf16
    /// 8 bits.
    case q8_0
    /// 4 bits and a scale for 32 elements.
    case q4_0
    /// The same with a minimum.
    case q4_1
    /// 5 bits and a scale for 32 elements.
    case q5_0
    /// The same with a minimum.
    case q5_1
    /// 2 bits, the sensitive matrices in 3 and 4.
    case q2K = "q2_k"
    /// 3 bits.
    case q3KS = "q3_k_s"
    /// 3 bits, the sensitive matrices in 4 and 5.
    case q3KM = "q3_k_m"
    /// 3 bits, the sensitive matrices in 5.
    case q3KL = "q3_k_l"
    /// 4 bits, a few matrices in 5.
    case q4KS = "q4_k_s"
    /// 4 bits, half of the sensitive matrices in 6: what most people use.
    case q4KM = "q4_k_m"
    /// 5 bits.
    case q5KS = "q5_k_s"
    /// 5 bits, half of the sensitive matrices in 6.
    case q5KM = "q5_k_m"
    /// 6 bits.
    case q6K = "q6_k"
    /// 4 bits into a table of values.
    case iq4NL = "iq4_nl"
    /// 4 bits into a table of values, with two levels of scales.
    case iq4XS = "iq4_xs"

    /// The names of all mixes, for messages.
    public static var knownNames: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// Finds a mix.
    ///
    /// - Parameter name: One of `knownNames`, in any case.
    /// - Returns: The mix.
    /// - Throws: `EngineError` of kind `unsupportedModel` that names the known ones.
    public static func named(_ name: String) throws(EngineError) -> WeightMix {
        if let mix = WeightMix(rawValue: name.lowercased()) { return mix }
        throw EngineError(
            .unsupportedModel, "there is no type '\(name)'; name one of \(knownNames)")
    }

    /// The number GGUF files have for the whole, `general.file_type` (`llama_ftype` in `llama.h`).
    var fileType: UInt64 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 7
        case .q5_0: 8
        case .q5_1: 9
        case .q2K: 10
        case .q3KS: 11
        case .q3KM: 12
        case .q3KL: 13
        case .q4KS: 14
        case .q4KM: 15
        case .q5KS: 16
        case .q5KM: 17
        case .q6K: 18
        case .iq4NL: 25
        case .iq4XS: 30
        case .bf16: 32
        }
    }

    /// How a matrix of the vision tower or the projector is stored: its share of the file is small
    /// and its features suffer most, so it is not quantised.
    var visionType: ElementType {
        switch self {
        case .f32: .f32
        case .bf16: .bf16
        default: .f16
        }
    }

    /// The number of `visionType` as `general.file_type`.
    var visionFileType: UInt64 {
        switch self {
        case .f32: WeightMix.f32.fileType
        case .bf16: WeightMix.bf16.fileType
        default: WeightMix.f16.fileType
        }
    }

    /// What most matrices are stored as.
    private var base: ElementType {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .q8_0: .q8_0
        case .q4_0: .q4_0
        case .q4_1: .q4_1
        case .q5_0: .q5_0
        case .q5_1: .q5_1
        case .q2K: .q2K
        case .q3KS, .q3KM, .q3KL: .q3K
        case .q4KS, .q4KM: .q4K
        case .q5KS, .q5KM: .q5K
        case .q6K: .q6K
        case .iq4NL: .iq4NL
        case .iq4XS: .iq4XS
        }
    }
}

/// Which matrix is stored how.
extension WeightMix {
    /// How a matrix of the language model is stored.
    ///
    /// - Parameters:
    ///   - name: Its GGUF name.
    ///   - columns: Its row length; one that is not whole blocks falls back to smaller blocks.
    ///   - layerCount: How many layers the model has.
    ///   - queriesPerKey: Query heads that share a key head.
    ///   - isTied: Whether the token embeddings are the output matrix as well.
    /// - Returns: The element type.
    func languageType(
        _ name: String, columns: Int, layerCount: Int, queriesPerKey: Int, isTied: Bool = false
    ) -> ElementType {
        let parts = name.split(separator: ".")
        let wanted: ElementType
        if name == "output.weight" || (isTied && name == "token_embd.weight") {
            wanted = base.bytesPerBlock > base.elementsPerBlock ? base : .q6K
        } else if parts.first == "blk", parts.count == 4, let layer = Int(parts[1]) {
            wanted =
                sensitiveType(
                    parts[2], layer: layer, of: layerCount, sharesKeys: queriesPerKey >= 4) ?? base
        } else {
            wanted = base
        }
        return Self.fitting(wanted, columns: columns)
    }

    /// How a matrix is stored where all are stored alike.
    ///
    /// - Parameter columns: Its row length; one that is not whole blocks falls back.
    /// - Returns: The element type.
    func uniformType(columns: Int) -> ElementType { Self.fitting(base, columns: columns) }

    /// The type of a matrix that a mix keeps more exact than the rest; nil if it is not one.
    private func sensitiveType(
        _ kind: Substring, layer: Int, of count: Int, sharesKeys: Bool
    ) -> ElementType? {
        let isEarly = layer < count / 8
        // The first and the last eighth, and every third layer between.
        let isPreferred = isEarly || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
        switch (self, kind) {
        case (.q2K, "attn_v"): return sharesKeys ? .q4K : .q3K
        case (.q2K, "ffn_down"), (.q2K, "attn_output"): return .q3K
        case (.q3KM, "attn_v"): return layer < 2 ? .q5K : .q4K
        case (.q3KM, "ffn_down"): return layer < count / 16 ? .q5K : .q4K
        case (.q3KM, "attn_output"): return .q4K
        case (.q3KL, "attn_v"), (.q3KL, "ffn_down"), (.q3KL, "attn_output"): return .q5K
        case (.q4KS, "attn_v"): return layer < 4 ? .q5K : nil
        case (.q4KS, "ffn_down"), (.iq4NL, "ffn_down"), (.iq4XS, "ffn_down"):
            return isEarly ? .q5K : nil
        case (.iq4NL, "attn_v"), (.iq4XS, "attn_v"): return sharesKeys ? .q5K : nil
        case (.q4KM, "attn_v"), (.q4KM, "ffn_down"), (.q5KM, "attn_v"), (.q5KM, "ffn_down"):
            return isPreferred ? .q6K : nil
        default: return nil
        }
    }

    /// The type itself, or the one of 32 elements a block that is nearest to it, or F16.
    private static func fitting(_ type: ElementType, columns: Int) -> ElementType {
        let smaller: ElementType =
            switch type {
            case .q2K, .q3K: .q4_0
            case .iq4XS: .iq4NL
            case .q4K: .q5_0
            case .q5K: .q5_1
            case .q6K: .q8_0
            default: .f16
            }
        if columns % type.elementsPerBlock == 0 { return type }
        return columns % smaller.elementsPerBlock == 0 ? smaller : .f16
    }
}
