/// A part of a rendered prompt, with who wrote it.
public enum PromptPart: Sendable, Equatable {
    /// Text of the template; control tokens in it are control tokens.
    case template(String)
    /// Text of a user or of a model; nothing in it is a control token or an image.
    case quoted(String)
    /// Where the picture goes.
    case image

    /// What stands for the picture in prompts written as text.
    public static let imageMarker = "<image>"

    /// The part as text.
    public var text: String {
        switch self {
        case .template(let text), .quoted(let text): text
        case .image: Self.imageMarker
        }
    }
}
