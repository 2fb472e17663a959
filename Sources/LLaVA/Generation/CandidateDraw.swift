import Glibc

/// Draws a token from the scores of a vocabulary, after the cuts of `GenerationOptions`.
///
/// The cuts are those of transformers' `TopKLogitsWarper`, `TopPLogitsWarper` and
/// `MinPLogitsWarper`, in this order, after its `TemperatureLogitsWarper`. Its buffers are kept from
/// token to token.
struct CandidateDraw {
    /// A token that may be drawn.
    struct Candidate: Equatable {
        /// The token.
        let id: TokenID
        /// How likely it is, as a multiple of the likeliest token's probability.
        let weight: Double
    }

    /// Weights below this are never drawn: a draw has 53 random bits, and all tokens of the largest
    /// vocabulary together weigh less than one of them.
    private static let negligible = 0x1p-80

    /// What is left after the cuts; in the order of the vocabulary, or if a cut needed it, the
    /// likeliest first.
    private(set) var candidates: [Candidate] = []
    /// The weights of `candidates` together.
    private(set) var total = 0.0

    private let temperature: Double
    private let topK: Int
    private let topP: Double
    private let minP: Double
    private var threshold: TopScores

    /// Makes a draw; the temperature is above 0.
    init(_ options: GenerationOptions) {
        temperature = Double(options.temperature)
        topK = options.topK
        topP = Double(options.topP)
        minP = Double(options.minP)
        threshold = TopScores(count: options.topK)
    }

    /// Draws.
    ///
    /// - Parameters:
    ///   - scores: The scores of the tokens that may be drawn; at least one is finite.
    ///   - random: Where the draw comes from.
    /// - Returns: The token.
    mutating func draw(
        from scores: UnsafeBufferPointer<Float>, random: inout RandomSource
    ) -> TokenID {
        gather(from: scores)
        var left = random.fraction() * total
        for candidate in candidates {
            left -= candidate.weight
            if left < 0 { return candidate.id }
        }
        // Rounding may leave a sliver past the last candidate.
        return candidates[candidates.count - 1].id
    }

    /// Fills `candidates`.
    mutating func gather(from scores: UnsafeBufferPointer<Float>) {
        var top = -Float.infinity
        for score in scores where score > top { top = score }
        var floor = Double(top) + temperature * log(Self.negligible)
        if topK > 0, topK < scores.count {
            // All tokens as likely as the last one are in, as in the reference.
            floor = max(floor, Double(threshold.lowest(of: scores)))
        }
        candidates.removeAll(keepingCapacity: true)
        for (index, score) in scores.enumerated() where Double(score) >= floor {
            let weight = exp((Double(score) - Double(top)) / temperature)
            candidates.append(Candidate(id: TokenID(index), weight: weight))
        }
        if topP < 1 { cutToTopP() }
        if minP > 0 {
            let least = minP
            candidates.removeAll { $0.weight < least }
        }
        total = candidates.reduce(0) { $0 + $1.weight }
    }

    /// Keeps the likeliest until their share is reached; the token that crosses the line stays.
    private mutating func cutToTopP() {
        let sum = candidates.reduce(0) { $0 + $1.weight }
        // Tokens this unlikely have at most a share of 1 - topP together, so the ones above reach
        // topP without them and only those need sorting.
        let least = (1 - topP) * sum / Double(candidates.count)
        candidates.removeAll { $0.weight < least }
        // Equal ones in the order of the vocabulary, so that the cut is definite.
        candidates.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.id < $1.id }
        var kept = 0.0
        let enough = topP * sum
        let last = candidates.firstIndex { candidate in
            kept += candidate.weight
            return kept >= enough
        }
        if let last { candidates.removeLast(candidates.count - last - 1) }
    }
}
