import Foundation
import Testing

@testable import LLaVA

/// Several questions in a row, held to transformers and to the same conversation read anew.
@Suite struct ConversationTests {
    private struct Golden: Decodable {
        struct Turn: Decodable {
            var question: String
            /// -200 is the picture.
            var promptIDs: [TokenID]
            var mergedCount: Int
            var greedyIDs: [TokenID]
            var greedyLogprobs: [Float]
            var text: String
        }

        var picture: Bool
        var turns: [Turn]
    }

    private func goldens() throws -> [Golden] {
        try TextFixtures.rows(Golden.self, "conversation/goldens.jsonl")
    }

    private func engine(threads: Int = 1, hasPicture: Bool = true) throws -> LlavaEngine {
        let model = try LlavaModel.load(
            ModelLocation(
                text: TextFixtures.path("conversation/text.gguf"),
                projector: TextFixtures.path("conversation/mmproj.gguf"), template: "vicuna_v1",
                aspect: .pad, arithmetic: .exact))
        let engine = try LlavaEngine(model: model, threads: threads)
        if hasPicture { try engine.look(at: EngineFixture.picture(1)) }
        return engine
    }

    private let options: GenerationOptions = {
        var options = GenerationOptions()
        options.maxTokens = 12
        return options
    }()

    @Test func promptsAreTheReferencesTokenForToken() throws {
        let tokenizer = try LlavaModel.tokenizer(of: TextFixtures.path("conversation/text.gguf"))
        for golden in try goldens() {
            var history: [ConversationTurn] = []
            for turn in golden.turns {
                let prompt = Prompt(
                    question: turn.question, template: try .named("vicuna_v1"),
                    tokenizer: tokenizer, hasImage: golden.picture, history: history)
                let ids = prompt.segments.flatMap { segment -> [TokenID] in
                    if case .tokens(let ids) = segment { ids } else { [-200] }
                }
                #expect(ids == turn.promptIDs)
                history.append(ConversationTurn(question: turn.question, answer: turn.text))
            }
        }
    }

    @Test(arguments: [1, 2])
    func answersOfEveryTurnAreTransformers(threads: Int) throws {
        let goldens = try goldens()
        #expect(goldens.map(\.picture) == [true, false])
        #expect(goldens.map(\.turns.count) == [3, 3])
        for golden in goldens {
            let engine = try engine(threads: threads, hasPicture: golden.picture)
            var history: [ConversationTurn] = []
            for turn in golden.turns {
                let answer = try engine.answer(turn.question, after: history, options: options)
                #expect(answer.tokens.map(\.id) == turn.greedyIDs)
                for (token, logprob) in zip(answer.tokens, turn.greedyLogprobs) {
                    #expect(abs(token.logprob - logprob) <= 1e-3)
                }
                #expect(answer.text == turn.text)
                #expect(answer.promptTokens == turn.mergedCount)
                history.append(ConversationTurn(question: turn.question, answer: answer.text))
            }
        }
    }

    @Test(arguments: [Float(0), 1.3], [true, false])
    func aConversationGoneOnWithEqualsTheSameReadAnew(
        temperature: Float, hasPicture: Bool
    ) throws {
        var options = options
        options.temperature = temperature
        options.seed = 5
        let kept = try engine(hasPicture: hasPicture)
        var history: [ConversationTurn] = []
        for question in ["What?", "Why is that so?", "Is it \u{e9}?", "And then?"] {
            let answer = try kept.answer(question, after: history, options: options)
            let anew = try engine(hasPicture: hasPicture).answer(
                question, after: history, options: options)
            // Ids, texts and probabilities, bit for bit.
            #expect(answer.tokens == anew.tokens && answer.text == anew.text)
            #expect(answer.promptTokens == anew.promptTokens)
            history.append(ConversationTurn(question: question, answer: answer.text))
        }
    }

    @Test func onlyTheLastAnswerAndTheNewQuestionAreRead() throws {
        let engine = try engine()
        let first = try engine.answer("What?", options: options)
        let history = [ConversationTurn(question: "What?", answer: first.text)]
        let prompt = Prompt(
            question: "Why?", template: try .named("vicuna_v1"), tokenizer: engine.model.tokenizer,
            hasImage: true, history: history)
        var positions: [Int] = []
        let chunks = try engine.chunks(of: prompt.segments)
        #expect(
            engine.read(chunks, isCancelled: { false }) { position, _ in
                positions.append(position)
            })
        #expect(positions == [first.promptTokens])
    }

    @Test func anotherConversationAboutTheSamePictureStartsAfresh() throws {
        let engine = try engine()
        let first = try engine.answer("What?", options: options)
        let turn = ConversationTurn(question: "What?", answer: first.text)
        _ = try engine.answer("Why?", after: [turn], options: options)
        #expect(try engine.answer("What?", options: options).tokens == first.tokens)
    }

    @Test func aConversationThatOutgrowsTheContextIsRefusedWithNumbers() throws {
        let engine = try engine()
        let turn = ConversationTurn(
            question: "What?", answer: String(repeating: "why ", count: 400))
        let error = #expect(throws: EngineError.self) {
            _ = try engine.answer("Why?", after: [turn], options: options)
        }
        #expect(error?.kind == .prompt)
        #expect(error?.message.contains("but the context has 512") == true)
    }
}
