import ModelFiles

/// What went wrong in the engine: a bad model, a bad prompt, or a limit reached.
public struct EngineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Kind: String, Sendable {
        /// The model files contradict themselves or each other.
        case inconsistentModel
        /// The model is of a family, type or version this engine does not run.
        case unsupportedModel
        /// A tensor or key the model needs is missing or of the wrong shape or type.
        case missingPart
        /// The chat template cannot be told from the files, or its name is unknown.
        case template
        /// The prompt does not fit the context, or has no place for the picture.
        case prompt
        /// A model file cannot be opened or read.
        case file
        /// Arithmetic produced something that is not a number.
        case numerics
    }

    /// The kind of failure.
    public let kind: Kind
    /// One sentence on one line: the rule, the value found, the remedy.
    public let message: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - kind: The kind of failure.
    ///   - message: One sentence: the rule, the value found, the remedy.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = OneLine.sentence(message)
    }

    /// The sentence a person reads.
    public var description: String { message }
}
