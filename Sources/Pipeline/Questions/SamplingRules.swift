/// How a preset's answers are drawn; temperature 0 takes the most likely token each time.
public struct SamplingRules: Codable, Sendable, Equatable {
    /// Divides the logits; 0 means no drawing at all.
    public let temperature: Float
    /// Draws from the most likely tokens whose probabilities add up to this.
    public let topP: Float
    /// Mixed with the picture and the question into the seed of each answer.
    public let seed: UInt32

    /// The most likely token each time.
    public static let greedy = SamplingRules()

    /// Makes rules; `Preset.validate` checks them.
    ///
    /// - Parameters:
    ///   - temperature: Divides the logits.
    ///   - topP: The share of probability drawn from.
    ///   - seed: Mixed into the seed of each answer.
    public init(temperature: Float = 0, topP: Float = 1, seed: UInt32 = 0) {
        self.temperature = temperature
        self.topP = topP
        self.seed = seed
    }

    private enum CodingKeys: String, CodingKey {
        case temperature, seed
        case topP = "top_p"
    }
}
