/// How a picture that is not square becomes one, or several.
public enum Aspect: String, Sendable, CaseIterable, Codable {
    /// Padded to a square with the mean colour, then resized: LLaVA v1.5.
    case pad
    /// Shorter side resized, then the middle cut out: LLaVA v1 and CLIP itself.
    case crop
    /// Resized to the square whatever its proportions: SigLIP.
    case stretch
    /// The whole picture stretched, and its parts as tiles of the tower's size: LLaVA 1.6.
    case anyres

    /// What the original project's configuration files call it, `image_aspect_ratio`; for `square`
    /// they leave the picture to the tower's own processor.
    var imageAspectRatio: String {
        switch self {
        case .pad: "pad"
        case .crop, .stretch: "square"
        case .anyres: "anyres"
        }
    }

    /// Reads the original project's word.
    ///
    /// - Parameters:
    ///   - ratio: The value of `image_aspect_ratio`.
    ///   - tower: The tower whose processor `square` means.
    /// - Returns: Nil for a word this engine does not know.
    static func named(_ ratio: String, tower: TowerKind) -> Aspect? {
        switch ratio {
        case "pad": .pad
        case "square": tower.ownAspect
        case "anyres": .anyres
        default: nil
        }
    }
}
