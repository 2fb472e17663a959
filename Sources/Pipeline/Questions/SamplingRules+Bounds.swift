public import LLaVA

/// The bounds of the rules, and what the engine is told of them.
extension SamplingRules {
    /// How many of the likeliest tokens may be drawn from, 0 for all; no vocabulary is larger.
    public static let topKs = 0...1_000_000
    /// What a penalty may be; outside, an answer is noise or one word for ever.
    public static let repetitionPenalties: ClosedRange<Float> = 0.1...10
    /// The most stop strings.
    public static let maximumStops = 16
    /// The most bytes of UTF-8 of a stop string.
    public static let maximumStopBytes = 100

    /// Says which rule is out of its bounds.
    ///
    /// - Returns: The first fault, with what to write instead; `nil` if there is none.
    var fault: String? {
        if !(temperature >= 0 && temperature <= 5) {
            return "sampling.temperature is \(temperature): give 0 to 5"
        }
        if !Self.topKs.contains(topK) {
            return "sampling.top_k is \(topK): give \(Self.topKs.lowerBound), for all tokens, to "
                + "\(Self.topKs.upperBound)"
        }
        if !(topP > 0 && topP <= 1) {
            return "sampling.top_p is \(topP): give a number above 0, at most 1"
        }
        if !(minP >= 0 && minP < 1) {
            return "sampling.min_p is \(minP): give 0 or more, below 1"
        }
        if !Self.repetitionPenalties.contains(repetitionPenalty) {
            return "sampling.repetition_penalty is \(repetitionPenalty): give "
                + "\(Self.repetitionPenalties.lowerBound) to "
                + "\(Self.repetitionPenalties.upperBound); 1 changes nothing"
        }
        if stop.count > Self.maximumStops {
            return "sampling.stop has \(stop.count) texts: give at most \(Self.maximumStops)"
        }
        for text in stop {
            if !(1...Self.maximumStopBytes).contains(text.utf8.count) || text.utf8.contains(0) {
                return "sampling.stop has the text '\(text.prefix(40))' of \(text.utf8.count) "
                    + "bytes: give 1 to \(Self.maximumStopBytes), none of them NUL"
            }
        }
        return nil
    }

    /// The rules as the engine takes them.
    ///
    /// - Parameters:
    ///   - maxTokens: The most tokens of the answer.
    ///   - seed: Where the draws of the answer begin.
    /// - Returns: Options for one answer.
    public func options(maxTokens: Int, seed: UInt64) -> GenerationOptions {
        var options = GenerationOptions()
        options.maxTokens = maxTokens
        options.temperature = temperature
        options.topK = topK
        options.topP = topP
        options.minP = minP
        options.repetitionPenalty = repetitionPenalty
        options.endsRepetition = repetitionGuard
        options.stopStrings = stop
        options.seed = seed
        return options
    }
}
