public import FoundationEssentials

/// A row of the view `llava.result`: one answer about the picture now at a path.
public struct ResultRow: Sendable, Equatable {
    /// The picture's path.
    public let path: String
    /// The SHA-256 of its bytes as 64 hex digits.
    public let sha256: String
    /// The preset's name.
    public let preset: String
    /// The preset's version.
    public let presetVersion: Int
    /// The question's name.
    public let question: String
    /// The answer as the model wrote it.
    public let answer: String
    /// The parsed answer as JSON text, where the question has a format.
    public let data: String?
    /// How sure the model was, 0 to 1.
    public let confidence: Float?
    /// Why the model stopped.
    public let finishReason: String
    /// The model's name, or its fingerprint if it has none.
    public let model: String
    /// How many tokens were generated.
    public let tokens: Int
    /// How long the answer took in milliseconds.
    public let durationMS: Int
    /// When the answer was stored.
    public let createdAt: Date
    /// The job that last read this path.
    public let jobID: Int64
}
