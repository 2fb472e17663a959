import LLaVA
import Testing

/// Scores and greedy answers against transformers; prompts are held to the same file elsewhere.
@Suite struct GoldenAnswerTests {
    let goldens: GoldenFixture

    init() throws { goldens = try GoldenFixture.shared.get() }

    /// An engine that looks at the picture of `run`.
    func engine(_ golden: GoldenManifest.Model, _ run: GoldenManifest.Run) throws -> LlavaEngine {
        let engine = try LlavaEngine(model: goldens.load(golden), threads: 2)
        if let picture = run.picture { try engine.look(at: goldens.picture(picture)) }
        return engine
    }

    /// Ids as segments; -200 is the picture.
    func segments(_ ids: [TokenID]) -> [Prompt.Segment] {
        ids.split(separator: -200, omittingEmptySubsequences: false).map { Array($0) }
            .flatMap { [.image, .tokens($0)] }.dropFirst().map { $0 }
    }

    @Test func theFixtureHoldsTheModelsTheseTestsName() {
        let models = goldens.manifest.models + [goldens.manifest.huggingFace]
        #expect(models.map(\.name) == GoldenFixture.modelNames)
    }

    @Test(arguments: GoldenFixture.modelNames, [true, false])
    func teacherForcedScoresAreTransformers(name: String, isStepping: Bool) throws {
        let golden = try goldens.model(name)
        for run in golden.runs {
            let rows = try engine(golden, run).logits(
                after: segments(run.promptIDs), continuation: run.continuation,
                isStepping: isStepping)
            let expected = try goldens.tensor(run.logits)
            #expect(rows.count == expected.shape[0])
            let comparison = try GoldenComparison(
                rows.flatMap { $0 }, expected.values, columns: expected.shape[1])
            #expect(comparison.largestError <= 1e-3, "\(run.picture ?? "text")")
        }
    }

    @Test(arguments: GoldenFixture.modelNames)
    func greedyAnswersEqualTransformersTokenForToken(name: String) throws {
        let golden = try goldens.model(name)
        var options = GenerationOptions()
        options.maxTokens = 24
        for run in golden.runs {
            let answer = try engine(golden, run).answer(run.question, options: options)
            #expect(answer.tokens.map(\.id) == run.greedyIDs, "\(run.picture ?? "text")")
            for (token, logprob) in zip(answer.tokens, run.greedyLogprobs) {
                #expect(abs(token.logprob - logprob) <= 1e-3)
            }
            #expect(answer.text == run.greedyText.trimmingWhitespace())
            #expect(answer.finishReason == .length)
            #expect(answer.promptTokens == run.mergedCount)
            #expect(answer.imageTokens == (run.picture == nil ? 0 : golden.imageTokens))
        }
    }

    @Test func aKeptPrefixGivesTheSameAnswersAsANewEngine() throws {
        let golden = try goldens.model("mlp-gqa-f16")
        let kept = try LlavaEngine(model: goldens.load(golden), threads: 1)
        var options = GenerationOptions()
        options.maxTokens = 24
        for run in golden.runs + golden.runs {
            if let picture = run.picture {
                try kept.look(at: goldens.picture(picture))
            } else {
                kept.forget()
            }
            for _ in 0..<2 {
                let answer = try kept.answer(run.question, options: options)
                #expect(answer.tokens.map(\.id) == run.greedyIDs, "\(run.picture ?? "text")")
            }
        }
    }
}

extension String {
    /// The text without Unicode white space around it.
    fileprivate func trimmingWhitespace() -> String {
        let scalars = Array(unicodeScalars)
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[first...last])
        return String(text)
    }
}
