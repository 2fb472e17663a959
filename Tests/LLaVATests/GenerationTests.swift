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
}

@Suite struct StopRuleTests {
    @Test func holdsBackWhatMayBecomeAStopString() {
        var rule = StopRule(stopStrings: ["###", "</s>"])
        #expect(rule.append("one #") == .goOn(certain: 4))
        #expect(rule.append("#") == .goOn(certain: 4))
        #expect(rule.append("x </") == .goOn(certain: 8))
        #expect(rule.append("s>") == .stop(at: 8))
    }

    @Test func findsAStopStringInsideOneText() {
        var rule = StopRule(stopStrings: ["##"])
        #expect(rule.append("a#b##c") == .stop(at: 3))
    }

    @Test func withoutStopStringsEverythingIsCertain() {
        var rule = StopRule(stopStrings: [""])
        #expect(rule.append("###") == .goOn(certain: 3))
    }
}

@Suite struct AnswerTextTests {
    @Test func joinsCharactersSpreadOverTokensAndDropsTheLeadingSpace() {
        var text = AnswerText(stopStrings: [], dropsLeadingSpace: true)
        var heard: [String] = []
        for piece in [Array(" na".utf8), [0xC3], [0xAF], Array("ve \n".utf8)] {
            let stopped = text.append(.init(id: 1, logprob: 0), piece: piece) {
                heard.append($0.text)
            }
            #expect(!stopped)
        }
        #expect(text.finish(isStopped: false) { heard.append($0.text) } == "naïve")
        #expect(heard == ["na", "", "ï", "ve \n"])
    }

    @Test func heldBackTokensAreHeardWhenTheAnswerEndsOtherwise() {
        var text = AnswerText(stopStrings: ["###"], dropsLeadingSpace: false)
        var heard: [TokenID] = []
        for (id, piece) in ["a", "#", "#"].enumerated() {
            _ = text.append(.init(id: TokenID(id), logprob: 0), piece: Array(piece.utf8)) {
                heard.append($0.id)
            }
        }
        #expect(heard == [0])
        #expect(text.finish(isStopped: false) { heard.append($0.id) } == "a##")
        #expect(heard == [0, 1, 2])
    }

    @Test func stopStringsAndWhatFollowsAreCutOff() {
        var text = AnswerText(stopStrings: ["###"], dropsLeadingSpace: false)
        _ = text.append(.init(id: 0, logprob: 0), piece: Array("yes ".utf8)) { _ in }
        let stopped = text.append(.init(id: 1, logprob: 0), piece: Array("### Human".utf8)) { _ in }
        #expect(stopped)
        #expect(text.finish(isStopped: true) { _ in } == "yes")
    }
}
