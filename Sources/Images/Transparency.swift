/// What becomes of transparent pixels, in a model's input that has no such thing.
public enum Transparency: String, Sendable, CaseIterable {
    /// Their colour is shown as if they were opaque: Pillow's `convert("RGB")`, as the original LLaVA
    /// loads pictures.
    case dropped
    /// White shows through them: `convert_to_rgb` in `image_transforms.py` of
    /// huggingface/transformers, which all its processors call for a picture that Pillow opened.
    case onWhite
}
