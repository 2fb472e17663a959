/// A part of a text that was split at the literal texts of tokens.
public enum TextFragment: Sendable, Equatable {
    /// Text between such tokens.
    case text(String)
    /// A token that stood in the text literally.
    case token(TokenID)
}
