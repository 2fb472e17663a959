import Testing

@testable import LLaVA

@Suite struct AnswerWriterTests {
    /// Scores of a vocabulary of 128 in which one token is far ahead.
    private func scores(for id: Int) -> [Float] {
        var scores = [Float](repeating: 0, count: 128)
        scores[id] = 50
        return scores
    }

    /// Writes an answer whose choices are given; says how it ended and how long it is.
    private func write(
        _ choices: some Sequence<Int>, _ options: GenerationOptions
    ) throws -> (reason: FinishReason?, count: Int, text: String) {
        let tokenizer = ScalarTokenizer(controls: [], addsBegin: false)
        var writer = AnswerWriter(to: [.tokens([1])], options: options, tokenizer: tokenizer)
        var reason: FinishReason?
        for id in choices {
            let step = try scores(for: id).withUnsafeBufferPointer {
                try writer.step($0, onToken: { _ in })
            }
            if case .ended(let end) = step {
                reason = end
                break
            }
            #expect(step == .goOn(TokenID(id)))
        }
        return (reason, writer.tokens.count, writer.finish(onToken: { _ in }))
    }

    private let loop = (0..<1000).map { 65 + $0 % 5 }

    @Test func aLoopEndsWithItsOwnReason() throws {
        var options = GenerationOptions()
        options.endsRepetition = true
        let answer = try write(loop, options)
        #expect(answer.reason == .repetition)
        #expect(answer.count == 128)
        // What was written stays.
        #expect(answer.text.hasPrefix("ABCDEABCDE") && answer.text.count == 128)
    }

    @Test func aLoopThatIsWantedGoesOnToItsLimit() throws {
        let answer = try write(loop, GenerationOptions())
        #expect(answer.reason == .length)
        #expect(answer.count == 512)
    }

    @Test func theLimitComesBeforeALoopIsOne() throws {
        var options = GenerationOptions()
        options.endsRepetition = true
        options.maxTokens = 127
        #expect(try write(loop, options).reason == .length)
    }

    @Test func aStopStringSpreadOverTokensEndsTheAnswer() throws {
        var options = GenerationOptions()
        options.stopStrings = ["BCD"]
        let answer = try write([97, 66, 99, 66, 67, 68, 69], options)
        #expect(answer.reason == .stop)
        #expect(answer.text == "aBc")
        #expect(answer.count == 6)
    }
}
