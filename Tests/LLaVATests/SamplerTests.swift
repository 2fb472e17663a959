import Testing

@testable import LLaVA

@Suite struct SamplerTests {
    private func choose(
        _ logits: [Float], _ options: GenerationOptions, draws: Int = 1
    ) throws -> [Sampler.Choice] {
        var sampler = Sampler(options)
        return try (0..<draws).map { _ in
            try logits.withUnsafeBufferPointer { try sampler.choose(from: $0) }
        }
    }

    @Test func greedyTakesTheFirstOfTheHighest() throws {
        let choice = try choose([0, 3, 1, 3], GenerationOptions())[0]
        #expect(choice.id == 1)
    }

    @Test func logprobIsOfTheWholeVocabularyBeforeTemperature() throws {
        var options = GenerationOptions()
        #expect(abs(try choose([0, 0, 0, 0], options)[0].logprob - -1.3862944) < 1e-6)
        options.temperature = 0.01
        options.topK = 1
        // ln softmax([1, 0])[0] = -ln(1 + e^-1)
        #expect(abs(try choose([1, 0], options)[0].logprob - -0.31326169) < 1e-6)
    }

    @Test func drawsFollowTheirProbabilities() throws {
        var options = GenerationOptions()
        options.temperature = 1
        // Probabilities 1/7, 2/7, 4/7.
        let logits: [Float] = [0, 0.6931472, 1.3862944]
        let draws = try choose(logits, options, draws: 20_000).map { Int($0.id) }
        for (id, share) in [1.0 / 7, 2.0 / 7, 4.0 / 7].enumerated() {
            let found = Double(draws.count { $0 == id }) / 20_000
            // Four standard deviations of a share of 20,000 draws are below 0.0142.
            #expect(abs(found - share) < 0.0142)
        }
    }

    @Test func cutsKeepTheLikeliest() throws {
        var options = GenerationOptions()
        options.temperature = 1
        options.topK = 2
        let logits: [Float] = [0, 0.6931472, 1.3862944]
        #expect(Set(try choose(logits, options, draws: 500).map(\.id)) == [1, 2])
        options.topK = 0
        options.topP = 0.57
        #expect(Set(try choose(logits, options, draws: 500).map(\.id)) == [2])
        options.topP = 0.58
        #expect(Set(try choose(logits, options, draws: 500).map(\.id)) == [1, 2])
    }

    @Test func refusesScoresThatAreNotNumbers() {
        for bad in [Float.nan, Float.infinity] {
            let error = #expect(throws: EngineError.self) {
                _ = try choose([0, bad, 1], GenerationOptions())
            }
            #expect(error?.kind == .numerics)
        }
    }

    @Test func tiesWithTheLastOfTopKStay() throws {
        var options = GenerationOptions()
        options.temperature = 1
        options.topK = 2
        #expect(Set(try choose([5, 4, 4, 1], options, draws: 500).map(\.id)) == [0, 1, 2])
    }

    @Test func topPKeepsTheFirstOfEquals() throws {
        var options = GenerationOptions()
        options.temperature = 1
        options.topP = 0.5
        #expect(Set(try choose([1, 1, 1, 1], options, draws: 500).map(\.id)) == [0, 1])
    }

    @Test func minPIsMeasuredAtTheLikeliest() throws {
        var options = GenerationOptions()
        options.temperature = 1
        options.minP = 0.3
        // Half and a quarter as likely as the first.
        let logits: [Float] = [1.3862944, 0.6931472, 0]
        #expect(Set(try choose(logits, options, draws: 500).map(\.id)) == [0, 1])
    }

    @Test func paddingIsNeverChosen() throws {
        var options = GenerationOptions()
        options.repetitionPenalty = 1.1
        for temperature: Float in [0, 1] {
            options.temperature = temperature
            var sampler = Sampler(options, answerCount: 2)
            for _ in 0..<200 {
                let choice = try [Float(1), 2, 30, 40].withUnsafeBufferPointer {
                    try sampler.choose(from: $0)
                }
                #expect(choice.id < 2)
                // The padding's share of the probability stays its own.
                #expect(choice.logprob < -30)
            }
        }
    }

    @Test func chosenTokensArePenalisedFromThenOn() throws {
        var options = GenerationOptions()
        options.repetitionPenalty = 2
        let logits: [Float] = [4, 3, 2.5, -1]
        // 4 becomes 2, then 3 becomes 1.5, then 2.5 becomes 1.25.
        #expect(try choose(logits, options, draws: 4).map(\.id) == [0, 1, 2, 0])
        var sampler = Sampler(options, prompt: [0, 0, 7])
        let first = try logits.withUnsafeBufferPointer { try sampler.choose(from: $0) }
        #expect(first.id == 1)
        // ln softmax of the scores as they were.
        #expect(abs(first.logprob - -1.46860) < 1e-4)
    }

    @Test func topScoresFindsWhatSortingFinds() {
        var random = RandomSource(seed: 5)
        for size in 2...80 {
            let scores = (0..<size).map { _ in Float(random.next() % 50) - 25 }
            for count in 1..<size {
                var search = TopScores(count: count)
                let found = scores.withUnsafeBufferPointer { search.lowest(of: $0) }
                #expect(found == scores.sorted(by: >)[count - 1])
            }
        }
    }
}
