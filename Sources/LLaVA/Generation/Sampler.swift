import Glibc

/// Chooses the tokens of one answer from the scores of the whole vocabulary.
///
/// Nothing is allocated for a token once the first has been drawn, and nothing is sorted unless
/// `topP` asks for it.
struct Sampler {
    /// A choice.
    struct Choice: Equatable {
        /// The token.
        let id: TokenID
        /// The natural logarithm of its probability among the whole vocabulary, before temperature
        /// and before penalty.
        let logprob: Float
    }

    private let answerCount: Int
    private var penalty: RepetitionPenalty?
    /// `nil` if the most likely token is taken.
    private var draw: CandidateDraw?
    private var random: RandomSource

    /// Makes the sampler of one answer.
    ///
    /// - Parameters:
    ///   - options: How to choose.
    ///   - prompt: The tokens of the prompt's text, for the repetition penalty.
    ///   - answerCount: How many of the first tokens may be chosen; the others keep their part in
    ///     probabilities, as they do in the reference's.
    init(_ options: GenerationOptions, prompt: [TokenID] = [], answerCount: Int = .max) {
        self.answerCount = answerCount
        if options.repetitionPenalty != 1 {
            penalty = RepetitionPenalty(factor: options.repetitionPenalty, prompt: prompt)
        }
        if options.temperature > 0 { draw = CandidateDraw(options) }
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
        let answers = UnsafeBufferPointer(rebasing: logits.prefix(answerCount))
        let best = Self.best(of: answers)
        let top = Double(logits[best])
        var sum = 0.0
        for score in logits { sum += exp(Double(score) - top) }
        // A score that is no number makes the sum none, an infinite one makes it infinite.
        guard sum.isFinite, top.isFinite else {
            throw EngineError(
                .numerics,
                "the language model's scores are not finite; its file is damaged or of a type the "
                    + "engine misreads: run 'llavactl model verify' on it")
        }
        let index = Int(pick(from: answers, best: best))
        return Choice(
            id: TokenID(index), logprob: Float(Double(logits[index]) - top - log(sum)))
    }

    private mutating func pick(
        from answers: UnsafeBufferPointer<Float>, best: Int
    ) -> TokenID {
        guard let penalised = penalty?.apply(to: answers) else {
            return draw?.draw(from: answers, random: &random) ?? TokenID(best)
        }
        let id = penalised.withUnsafeBufferPointer { scores in
            draw?.draw(from: scores, random: &random) ?? TokenID(Self.best(of: scores))
        }
        penalty?.takeBack(penalised)
        penalty?.note(id)
        return id
    }

    /// The first of the highest scores.
    private static func best(of scores: UnsafeBufferPointer<Float>) -> Int {
        var best = 0
        for index in scores.indices where scores[index] > scores[best] { best = index }
        return best
    }
}
