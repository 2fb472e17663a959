/// How a preset's answers are drawn; temperature 0 takes the most likely token each time.
public struct SamplingRules: Codable, Sendable, Equatable {
    /// Divides the logits; 0 means no drawing at all.
    public var temperature: Float = 0
    /// Draws from this many of the most likely tokens; 0 for all.
    public var topK: Int = 0
    /// Draws from the most likely tokens whose probabilities add up to this; 1 for all.
    public var topP: Float = 1
    /// Draws from tokens at least this many times as likely as the likeliest; 0 for all.
    public var minP: Float = 0
    /// Makes tokens of the prompt and the answer less likely to come again; 1 does not.
    public var repetitionPenalty: Float = 1
    /// Whether an answer ends when the model writes the same again and again.
    public var repetitionGuard: Bool = true
    /// Texts that end an answer, besides those of the chat template.
    public var stop: [String] = []
    /// Mixed with the picture and the question into the seed of each answer.
    public var seed: UInt32 = 0

    /// The most likely token each time.
    public static let greedy = SamplingRules()

    /// Makes rules that take the most likely token each time; `Preset.validate` checks them.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case temperature, stop, seed
        case topK = "top_k"
        case topP = "top_p"
        case minP = "min_p"
        case repetitionPenalty = "repetition_penalty"
        case repetitionGuard = "repetition_guard"
    }

    /// Reads the rules of a preset's stored body.
    ///
    /// - Parameter decoder: Where to read from.
    /// - Throws: `DecodingError` if a key is of another type.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        temperature = try container.decode(Float.self, forKey: .temperature)
        topP = try container.decode(Float.self, forKey: .topP)
        seed = try container.decode(UInt32.self, forKey: .seed)
        let standard = Self.greedy
        topK = try container.decodeIfPresent(Int.self, forKey: .topK) ?? standard.topK
        minP = try container.decodeIfPresent(Float.self, forKey: .minP) ?? standard.minP
        repetitionPenalty =
            try container.decodeIfPresent(Float.self, forKey: .repetitionPenalty)
            ?? standard.repetitionPenalty
        repetitionGuard =
            try container.decodeIfPresent(Bool.self, forKey: .repetitionGuard)
            ?? standard.repetitionGuard
        stop = try container.decodeIfPresent([String].self, forKey: .stop) ?? standard.stop
    }

    /// Writes the rules for a preset's stored body.
    ///
    /// Rules that came after the first version are left out where they change nothing: a body that
    /// is written anew stays the text it was and makes no new version.
    ///
    /// - Parameter encoder: Where to write to.
    /// - Throws: `EncodingError`, never for numbers that `Preset.validate` lets pass.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(temperature, forKey: .temperature)
        try container.encode(topP, forKey: .topP)
        try container.encode(seed, forKey: .seed)
        let standard = Self.greedy
        if topK != standard.topK { try container.encode(topK, forKey: .topK) }
        if minP != standard.minP { try container.encode(minP, forKey: .minP) }
        if repetitionPenalty != standard.repetitionPenalty {
            try container.encode(repetitionPenalty, forKey: .repetitionPenalty)
        }
        if repetitionGuard != standard.repetitionGuard {
            try container.encode(repetitionGuard, forKey: .repetitionGuard)
        }
        if stop != standard.stop { try container.encode(stop, forKey: .stop) }
    }
}
