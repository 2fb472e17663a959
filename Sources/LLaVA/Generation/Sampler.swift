import Glibc

/// Chooses the next token from the scores of the whole vocabulary.
struct Sampler {
    /// A choice.
    struct Choice: Equatable {
        /// The token.
        let id: TokenID
        /// The natural logarithm of its probability before temperature.
        let logprob: Float
    }

    private enum Method {
        /// The first of the highest scores.
        case greedy
        /// A draw after temperature, then the cut to `topK`, then the cut to `topP`, the order of
        /// transformers' generation.
        case draw(temperature: Double, topK: Int, topP: Double)
    }

    private let method: Method
    private let answerCount: Int
    private var random: RandomSource

    /// Makes the sampler of one answer.
    ///
    /// - Parameters:
    ///   - options: How to choose.
    ///   - answerCount: How many of the first tokens may be chosen; the others keep their part in
    ///     probabilities, as they do in the reference's.
    init(_ options: GenerationOptions, answerCount: Int = .max) {
        self.answerCount = answerCount
        method =
            options.temperature > 0
            ? .draw(
                temperature: Double(options.temperature), topK: options.topK,
                topP: Double(options.topP))
            : .greedy
        random = RandomSource(seed: options.seed)
    }

    /// Chooses.
    ///
    /// - Parameter logits: One score for every row of the vocabulary, at least one.
    /// - Returns: The token and its probability.
    /// - Throws: `EngineError` of kind `numerics` if a score is not a number.
    mutating func choose(
        from logits: UnsafeBufferPointer<Float>
    ) throws(EngineError) -> Choice {
        var best = 0
        var hasNaN = false
        for (index, score) in logits.enumerated() {
            if score > logits[best], index < answerCount { best = index }
            if score.isNaN { hasNaN = true }
        }
        guard !hasNaN, logits[best].isFinite else {
            throw EngineError(
                .numerics,
                "the language model's scores are not finite; its file is damaged or of a type the "
                    + "engine misreads: run 'llavactl model verify' on it")
        }
        let top = Double(logits[best])
        var sum = 0.0
        for score in logits { sum += exp(Double(score) - top) }
        let index: Int
        switch method {
        case .greedy:
            index = best
        case .draw(let temperature, let topK, let topP):
            index = draw(logits, top: top, temperature: temperature, topK: topK, topP: topP)
        }
        return Choice(
            id: TokenID(index), logprob: Float(Double(logits[index]) - top - log(sum)))
    }

    private mutating func draw(
        _ logits: UnsafeBufferPointer<Float>, top: Double, temperature: Double, topK: Int,
        topP: Double
    ) -> Int {
        var candidates = logits.prefix(answerCount).enumerated().map { index, score in
            (index: index, weight: exp((Double(score) - top) / temperature))
        }
        // Likeliest first; equal ones in the order of the vocabulary, so that cuts are definite.
        candidates.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.index < $1.index }
        if topK > 0, topK < candidates.count {
            candidates.removeLast(candidates.count - topK)
        }
        var total = candidates.reduce(0) { $0 + $1.weight }
        if topP < 1 {
            var kept = 0.0
            let enough = topP * total
            // The token that crosses the line stays.
            let count = candidates.firstIndex { candidate in
                kept += candidate.weight
                return kept >= enough
            }
            if let count { candidates.removeLast(candidates.count - count - 1) }
            total = candidates.reduce(0) { $0 + $1.weight }
        }
        var left = random.fraction() * total
        for candidate in candidates {
            left -= candidate.weight
            if left < 0 { return candidate.index }
        }
        // Rounding may leave a sliver past the last candidate.
        return candidates[candidates.count - 1].index
    }
}
