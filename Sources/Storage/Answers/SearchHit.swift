/// A row of `llava.search`: an answer that matches, best first.
public struct SearchHit: Sendable, Equatable {
    /// The picture's path.
    public let path: String
    /// The preset's name.
    public let preset: String
    /// The question's name.
    public let question: String
    /// The answer as the model wrote it.
    public let answer: String
    /// How well it matches; comparable within one search only.
    public let rank: Float
    /// The matching part of the answer, the words found between `«` and `»`.
    public let headline: String
    /// The model's name, or its fingerprint if it has none.
    public let model: String
    /// The job that last read this path.
    public let jobID: Int64
}
