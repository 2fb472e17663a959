/// How a picture that is not square becomes one.
public enum Aspect: String, Sendable, CaseIterable, Codable {
    /// Padded to a square with the mean colour, then resized: LLaVA v1.5.
    case pad
    /// Shorter side resized, then the middle cut out: LLaVA v1 and CLIP itself.
    case crop

    /// What the original project's configuration files call it, `image_aspect_ratio`.
    var imageAspectRatio: String {
        switch self {
        case .pad: "pad"
        case .crop: "square"
        }
    }
}
