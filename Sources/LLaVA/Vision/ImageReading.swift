/// Whose preprocessing a picture goes through, where two are in use for the same weights.
///
/// The original project's code (haotian-liu/LLaVA, `llava/mm_utils.py` and `llava_arch.py`) and the
/// processors of huggingface/transformers disagree: on LLaVA v1.5 the one pads and the other cuts;
/// on 1.6 they read the sides of the tile grids in another order and round the margins differently.
/// Models were trained with the original's.
public enum ImageReading: String, Sendable, CaseIterable, Codable {
    /// As the model was trained.
    case original
    /// As transformers' processors do by default.
    case huggingFace = "huggingface"
}
