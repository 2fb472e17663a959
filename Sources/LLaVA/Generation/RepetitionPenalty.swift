/// Makes tokens less likely that have come before.
///
/// As transformers' `RepetitionPenaltyLogitsProcessor` does (Keskar et al., 2019, section 4.1):
/// once a token stands in the prompt or the answer, however often, a score above 0 is divided by
/// the factor and one below 0 multiplied by it. The prompt counts because transformers counts it
/// wherever it is given as tokens, and because that keeps answers from echoing the question. The
/// picture's rows are no tokens and count for nothing.
struct RepetitionPenalty {
    private let factor: Float
    /// Whether each token of the vocabulary has come.
    private var hasCome: [Bool] = []
    /// The tokens that have come, each once.
    private var come: [TokenID] = []
    private var penalised: [Float] = []

    /// Makes a penalty.
    ///
    /// - Parameters:
    ///   - factor: Above 0; above 1 for less repetition.
    ///   - prompt: The tokens of the prompt's text.
    init(factor: Float, prompt: [TokenID]) {
        self.factor = factor
        for id in prompt { note(id) }
    }

    /// Counts a token from now on.
    mutating func note(_ id: TokenID) {
        let index = Int(id)
        if index >= hasCome.count {
            hasCome.append(contentsOf: repeatElement(false, count: index + 1 - hasCome.count))
        }
        if hasCome[index] { return }
        hasCome[index] = true
        come.append(id)
    }

    /// The scores with the penalty, in a buffer that `takeBack` returns for the next token.
    mutating func apply(to scores: UnsafeBufferPointer<Float>) -> [Float] {
        var result: [Float] = []
        swap(&result, &penalised)
        result.removeAll(keepingCapacity: true)
        result.append(contentsOf: scores)
        for id in come where Int(id) < result.count {
            let score = result[Int(id)]
            result[Int(id)] = score < 0 ? score * factor : score / factor
        }
        return result
    }

    /// Takes the buffer back that `apply` gave out.
    mutating func takeBack(_ buffer: consuming [Float]) { penalised = buffer }
}
