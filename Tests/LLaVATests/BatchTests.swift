import Testing

@testable import LLaVA

/// Questions side by side, against the same questions one after the other.
@Suite struct BatchTests {
    /// What makes an answer.
    struct Answer: Equatable {
        let text: String
        let ids: [TokenID]
        let logprobs: [Float]
        let reason: FinishReason
        let promptTokens: Int

        init(_ generation: Generation) {
            text = generation.text
            ids = generation.tokens.map(\.id)
            logprobs = generation.tokens.map(\.logprob)
            reason = generation.finishReason
            promptTokens = generation.promptTokens
        }
    }

    /// Seven questions of different lengths whose answers end at different times, some drawn.
    static let requests: [AnswerRequest] = (0..<7).map { number in
        var options = GenerationOptions()
        options.maxTokens = [12, 1, 30, 5, 40, 17, 3][number]
        options.temperature = number == 4 ? 0.8 : 0
        options.seed = 7
        options.ignoresEnd = number % 2 == 0
        return AnswerRequest(
            question: String(repeating: "what is it? ", count: number + 1), options: options)
    }

    private func load(_ arithmetic: Arithmetic) throws -> LlavaModel {
        try LlavaModel.load(
            ModelLocation(
                text: TextFixtures.demo("llava-demo-f16.gguf"),
                projector: TextFixtures.demo("mmproj-llava-demo-f16.gguf"),
                arithmetic: arithmetic))
    }

    private func alone(_ engine: LlavaEngine) throws -> [Answer] {
        try Self.requests.map {
            Answer(try engine.answer($0.question, options: $0.options))
        }
    }

    private func together(_ engine: LlavaEngine) throws -> [Answer?] {
        var answers = [Answer?](repeating: nil, count: Self.requests.count)
        let isComplete = try engine.answer(Self.requests, isCancelled: { false }) {
            #expect(answers[$0] == nil)
            answers[$0] = Answer($1)
        }
        #expect(isComplete)
        return answers
    }

    @Test(arguments: [Arithmetic.exact, .accurate, .fast])
    func answersAreTheSameAloneAndSideBySide(arithmetic: Arithmetic) throws {
        let model = try load(arithmetic)
        let single = try LlavaEngine(model: model, threads: 1)
        try single.look(at: EngineFixture.picture(3))
        let expected = try alone(single)
        for (batch, threads) in [(1, 2), (2, 1), (3, 2), (16, 1)] {
            let engine = try LlavaEngine(model: model, threads: threads, batch: batch)
            // Another picture before leaves nothing behind but the text that both prompts begin with.
            try engine.look(at: EngineFixture.picture(4))
            _ = try together(engine)
            try engine.look(at: EngineFixture.picture(3))
            #expect(try together(engine) == expected)
            // One by one on the same engine, from what the batch left in the cache.
            #expect(try alone(engine) == expected)
        }
    }

    @Test func withoutAPictureTheyAreTheSameToo() throws {
        let model = try load(.fast)
        let expected = try alone(try LlavaEngine(model: model, threads: 1))
        #expect(try together(try LlavaEngine(model: model, threads: 1, batch: 4)) == expected)
    }

    @Test func halfFloatKeysAreTheSameToo() throws {
        let model = try EngineFixture.model("mlp-gqa-f16", storage: .f16)
        let single = try LlavaEngine(model: model, threads: 1)
        try single.look(at: EngineFixture.picture(1))
        let expected = try alone(single)
        let engine = try LlavaEngine(model: model, threads: 2, batch: 5)
        try engine.look(at: EngineFixture.picture(1))
        #expect(try together(engine) == expected)
    }

    @Test func cancellingEndsAllOfThem() throws {
        let engine = try LlavaEngine(model: load(.fast), threads: 1, batch: 4)
        try engine.look(at: EngineFixture.picture(1))
        var isCancelled = false
        var count = 0
        let isComplete = try engine.answer(Self.requests, isCancelled: { isCancelled }) { _, _ in
            count += 1
            isCancelled = true
        }
        #expect(!isComplete)
        #expect(count == 1)
        #expect(try together(engine).allSatisfy { $0 != nil })
    }

    @Test func aQuestionThatDoesNotFitIsRefusedBeforeAnyIsAnswered() throws {
        let engine = try LlavaEngine(
            model: load(.fast), threads: 1, contextLength: 150, batch: 3)
        try engine.look(at: EngineFixture.picture(1))
        let long = AnswerRequest(
            question: String(repeating: "what? ", count: 200), options: GenerationOptions())
        var count = 0
        #expect(throws: EngineError.self) {
            _ = try engine.answer(Self.requests + [long], isCancelled: { false }) { _, _ in
                count += 1
            }
        }
        #expect(count == 0)
    }
}
