/// How an answer is made.
public struct GenerationOptions: Sendable, Equatable {
    /// The most tokens an answer may have.
    public var maxTokens = 512
    /// 0 takes the most likely token each time; above, tokens are drawn.
    public var temperature: Float = 0
    /// Draws among the likeliest tokens that together have this probability; 1 for all.
    public var topP: Float = 1
    /// Draws among this many of the likeliest tokens; 0 for all.
    public var topK = 0
    /// Where the draws of an answer begin; the same seed gives the same answer.
    public var seed: UInt64 = 0
    /// Whether the model's own end tokens are taken as ordinary ones.
    public var ignoresEnd = false
    /// Texts that end an answer; they are not part of it.
    public var stopStrings: [String] = []

    /// Greedy, up to 512 tokens.
    public init() {}
}
