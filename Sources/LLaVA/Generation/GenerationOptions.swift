/// How an answer is made.
///
/// Scores go through these in the order of transformers' generation: repetition penalty,
/// temperature, `topK`, `topP`, `minP`. At temperature 0 the last three change nothing.
public struct GenerationOptions: Sendable, Equatable {
    /// The most tokens an answer may have; at least 1.
    public var maxTokens = 512
    /// 0 takes the most likely token each time; above, tokens are drawn.
    public var temperature: Float = 0
    /// Draws among this many of the likeliest tokens, and those as likely as the last of them; 0
    /// for all.
    public var topK = 0
    /// Draws among the likeliest tokens that together have this probability; 1 for all.
    public var topP: Float = 1
    /// Draws among tokens at least this many times as likely as the likeliest; 0 for all.
    public var minP: Float = 0
    /// Makes tokens that stand in the prompt's text or in the answer less likely; 1 does not.
    ///
    /// See `RepetitionPenalty`.
    public var repetitionPenalty: Float = 1
    /// Where the draws of an answer begin; the same seed gives the same answer.
    public var seed: UInt64 = 0
    /// Whether the model's own end tokens are taken as ordinary ones.
    public var ignoresEnd = false
    /// Whether an answer ends when the model writes the same again and again.
    ///
    /// See `RepetitionGuard`.
    public var endsRepetition = false
    /// Texts that end an answer; they are not part of it.
    public var stopStrings: [String] = []

    /// Greedy, up to 512 tokens.
    public init() {}
}
