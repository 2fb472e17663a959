/// Why an answer ended.
public enum FinishReason: String, Sendable, Codable {
    /// The model said so, or a stop string came.
    case stop
    /// The answer reached its limit, or the context was full.
    case length
    /// The model wrote the same again and again; the answer holds what it wrote until then.
    case repetition
    /// The caller asked for it.
    case cancelled
}
