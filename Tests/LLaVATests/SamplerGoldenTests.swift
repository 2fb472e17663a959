import Foundation
import Testing

@testable import LLaVA

/// Cuts, penalties and draws, held to what transformers leaves of the same scores.
@Suite struct SamplerGoldenTests {
    private struct Case: Decodable {
        var logits: [Float]
        var come: [TokenID]
        var temperature: Float
        var topK: Int
        var topP: Float
        var minP: Float
        var repetitionPenalty: Float
        var best: TokenID
        var logprob: Float
        var ids: [TokenID]
        var probabilities: [Double]

        enum CodingKeys: String, CodingKey {
            case logits, come, temperature, best, logprob, ids, probabilities
            case topK = "top_k"
            case topP = "top_p"
            case minP = "min_p"
            case repetitionPenalty = "repetition_penalty"
        }

        var options: GenerationOptions {
            var options = GenerationOptions()
            options.temperature = temperature
            options.topK = topK
            options.topP = topP
            options.minP = minP
            options.repetitionPenalty = repetitionPenalty
            options.seed = 11
            return options
        }
    }

    private func cases() throws -> [Case] {
        try TextFixtures.rows(Case.self, "sampling/cuts.jsonl")
    }

    @Test func greedyChoosesAsTransformersDoes() throws {
        let cases = try cases().filter { $0.temperature == 0 }
        #expect(cases.count == 3)
        for row in cases {
            var sampler = Sampler(row.options, prompt: row.come)
            let choice = try row.logits.withUnsafeBufferPointer { try sampler.choose(from: $0) }
            #expect(choice.id == row.best)
            #expect(abs(choice.logprob - row.logprob) < 1e-5)
        }
    }

    @Test func cutsLeaveWhatTransformersLeaves() throws {
        let cases = try cases().filter { $0.temperature > 0 }
        #expect(cases.count == 243)
        for row in cases {
            var penalty = RepetitionPenalty(factor: row.repetitionPenalty, prompt: row.come)
            let scores = row.logits.withUnsafeBufferPointer { penalty.apply(to: $0) }
            var draw = CandidateDraw(row.options)
            scores.withUnsafeBufferPointer { draw.gather(from: $0) }
            let found = draw.candidates.sorted { $0.id < $1.id }
            try #require(found.map(\.id) == row.ids, "\(row)")
            for (candidate, probability) in zip(found, row.probabilities) {
                #expect(abs(candidate.weight / draw.total - probability) < 1e-5)
            }
        }
    }

    @Test func drawsFollowTransformersProbabilities() throws {
        let count = 4000
        for row in try cases().filter({ $0.temperature == 1.7 }).prefix(30) {
            // One sampler draws once a case, so that its own choices are not penalised.
            var counts: [TokenID: Int] = [:]
            var random = RandomSource(seed: 23)
            var penalty = RepetitionPenalty(factor: row.repetitionPenalty, prompt: row.come)
            var draw = CandidateDraw(row.options)
            let scores = row.logits.withUnsafeBufferPointer { penalty.apply(to: $0) }
            for _ in 0..<count {
                let id = scores.withUnsafeBufferPointer { draw.draw(from: $0, random: &random) }
                counts[id, default: 0] += 1
            }
            for (id, probability) in zip(row.ids, row.probabilities) {
                let share = Double(counts[id] ?? 0) / Double(count)
                let deviation = (probability * (1 - probability) / Double(count)).squareRoot()
                // Of some 300 shares with a fixed seed none lies five deviations off.
                #expect(abs(share - probability) <= 5 * deviation + 1e-9)
            }
        }
    }
}
