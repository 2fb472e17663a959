public import Images

/// Whose preprocessing a picture goes through, where two are in use for the same weights.
///
/// The original project's code (haotian-liu/LLaVA, `llava/mm_utils.py` and `llava_arch.py`) and the
/// processors of huggingface/transformers disagree: on LLaVA v1.5 the one pads and the other cuts;
/// on 1.6 they read the sides of the tile grids in another order and round the margins differently;
/// what is transparent shows its hidden colour in the one and white in the other. Models were
/// trained with the original's.
public enum ImageReading: String, Sendable, CaseIterable, Codable {
    /// As the model was trained.
    case original
    /// As transformers' processors do by default.
    case huggingFace = "huggingface"

    /// What becomes of transparent pixels.
    ///
    /// Transformers' processors lay a picture that Pillow has opened on white; told a path instead,
    /// they load it as the original does.
    public var transparency: Transparency {
        switch self {
        case .original: .dropped
        case .huggingFace: .onWhite
        }
    }
}
