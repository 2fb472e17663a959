import Synchronization
import Testing
import Threads

@testable import LLaVA

/// Many pictures at once, against each question alone.
@Suite struct SchedulerTests {
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
        options.maxTokens = [6, 1, 9, 3, 12, 7, 2][number]
        options.temperature = number == 4 ? 0.8 : 0
        options.seed = 7
        options.ignoresEnd = number % 2 == 0
        return AnswerRequest(
            question: String(repeating: "what is it? ", count: number + 1), options: options)
    }

    /// What is asked about each picture: all questions, one, several, none.
    static let asked: [ArraySlice<AnswerRequest>] = [
        requests[...], requests[2..<3], requests[3..<6], [], requests[0..<1],
    ]

    private func load(
        _ arithmetic: Arithmetic, storage: KeyValueStorage = .f32
    ) throws -> LlavaModel {
        try LlavaModel.load(
            ModelLocation(
                text: TextFixtures.demo("llava-demo-f16.gguf"),
                projector: TextFixtures.demo("mmproj-llava-demo-f16.gguf"),
                keyValueStorage: storage, arithmetic: arithmetic))
    }

    private func views(_ model: LlavaModel, _ picture: Int) throws -> ImageViews {
        try #require(model.preprocessor).input(for: EngineFixture.picture(picture))
    }

    /// Every question of every picture alone.
    private func alone(_ model: LlavaModel) throws -> [[Answer]] {
        let engine = try LlavaEngine(model: model, threads: 1)
        return try Self.asked.enumerated().map { number, requests in
            try engine.look(at: EngineFixture.picture(number))
            return try requests.map {
                Answer(try engine.answer($0.question, options: $0.options))
            }
        }
    }

    /// Every question of every picture through a scheduler.
    private func together(
        _ scheduler: Scheduler, stoppingAfter limit: Int = .max
    ) throws -> [[Answer?]] {
        var answers = Self.asked.map { [Answer?](repeating: nil, count: $0.count) }
        var ends = 0
        var coming = try Self.asked.enumerated().map { number, requests in
            PictureTask(
                views: try views(scheduler.model, number), requests: Array(requests)
            ) { question, answer in
                #expect(answers[number][question] == nil)
                answers[number][question] = Answer(answer)
            } onEnd: { end in
                if case .complete = end {} else { Issue.record("\(end)") }
                ends += 1
            }
        }
        coming.reverse()
        scheduler.run { _ in coming.popLast() }
        #expect(ends == Self.asked.count)
        return answers
    }

    @Test(
        arguments: zip(
            [Arithmetic.exact, .accurate, .fast], [KeyValueStorage.f32, .f16, .int8]))
    func answersAreTheSameAloneAndAmongOthers(
        arithmetic: Arithmetic, storage: KeyValueStorage
    ) throws {
        let model = try load(arithmetic, storage: storage)
        let expected = try alone(model)
        // Once with a step between any two layers of what is read.
        for (limits, threads) in [
            (SchedulerLimits(batch: 16), 1),
            (SchedulerLimits(batch: 3, pictures: 2, patience: .zero), 2),
        ] {
            let scheduler = try Scheduler(model: model, threads: threads, limits: limits)
            #expect(try together(scheduler) == expected, "\(limits)")
        }
    }

    @Test(arguments: [KeyValueStorage.f32, .f16])
    func answersAreTheSameWhateverIsInFlight(storage: KeyValueStorage) throws {
        let model = try EngineFixture.model("mlp-gqa-f16", storage: storage)
        let expected = try alone(model)
        for batch in [1, 3, 16] {
            for pictures in [1, 2, 4] {
                for (patience, keepsPrefix) in [(Duration.zero, true), (.seconds(1), false)] {
                    // Memory for all of them, or for one picture and little more than one answer.
                    for cacheBytes in [nil, 0] {
                        let limits = SchedulerLimits(
                            batch: batch, pictures: pictures, cacheBytes: cacheBytes,
                            patience: patience, keepsPrefix: keepsPrefix)
                        let scheduler = try Scheduler(model: model, threads: 1, limits: limits)
                        #expect(try together(scheduler) == expected, "\(limits)")
                    }
                }
            }
        }
    }

    @Test func workersThatShareTheirPicturesGiveTheSameAnswers() throws {
        let model = try EngineFixture.model("mlp-gqa-f16")
        let expected = try alone(model)
        let pictures = try Self.asked.indices.map { try views(model, $0) }
        let coming = Mutex(Array(Self.asked.indices.reversed()))
        let answers = Mutex(Self.asked.map { [Answer?](repeating: nil, count: $0.count) })
        let workers = try (0..<2).map { number in
            let scheduler = try Scheduler(
                model: model, threads: 1, limits: SchedulerLimits(batch: 2, pictures: 2))
            nonisolated(unsafe) let handedOver = scheduler
            return NamedThread("worker-\(number)", stackBytes: 8 << 20) {
                handedOver.run { _ in
                    coming.withLock { $0.popLast() }.map { number in
                        PictureTask(
                            views: pictures[number], requests: Array(Self.asked[number]),
                            onAnswer: { question, answer in
                                answers.withLock { $0[number][question] = Answer(answer) }
                            }, onEnd: { _ in })
                    }
                }
            }
        }
        for worker in workers { worker.join() }
        #expect(answers.withLock { $0 } == expected)
    }

    @Test func questionsWithoutAPictureAreTheSameToo() throws {
        let model = try load(.fast)
        let engine = try LlavaEngine(model: model, threads: 1)
        let expected = try Self.requests.map {
            Answer(try engine.answer($0.question, options: $0.options))
        }
        let scheduler = try Scheduler(model: model, threads: 1, limits: SchedulerLimits(batch: 4))
        var answers = [Answer?](repeating: nil, count: expected.count)
        var task: PictureTask? = PictureTask(
            views: nil, requests: Self.requests,
            onAnswer: { answers[$0] = Answer($1) }, onEnd: { _ in })
        scheduler.run { _ in task.take() }
        #expect(answers == expected)
    }

    @Test func aStepServesAnswersOfSeveralPictures() throws {
        let model = try load(.fast)
        let scheduler = try Scheduler(
            model: model, threads: 1, limits: SchedulerLimits(batch: 4, patience: .seconds(3600)))
        let views = try views(model, 1)
        var left = 4
        scheduler.run { _ in
            guard left > 0 else { return nil }
            left -= 1
            return PictureTask(
                views: views,
                requests: [AnswerRequest(question: "What?", options: EngineFixture.options(9))],
                onAnswer: { _, _ in }, onEnd: { _ in })
        }
        // The first token of an answer is the prompt's.
        #expect(scheduler.times.stepTokens == 4 * 8)
        #expect(scheduler.times.steps == 8)
        #expect(scheduler.times.encoded == 4)
    }

    @Test func aCancelledPictureLeavesTheOthersAlone() throws {
        let model = try EngineFixture.model("mlp-gqa-f16")
        let expected = try alone(model)
        let scheduler = try Scheduler(
            model: model, threads: 1,
            limits: SchedulerLimits(batch: 4, pictures: 3, patience: .zero))
        for cancelled in [0, 2] {
            for afterCalls in [0, 2, 5, 9, 14] {
                var answers = Self.asked.map { [Answer?](repeating: nil, count: $0.count) }
                var calls = 0
                var ends = [String](repeating: "", count: Self.asked.count)
                var coming = try Self.asked.enumerated().map { number, requests in
                    PictureTask(
                        views: try views(model, number), requests: Array(requests),
                        isCancelled: {
                            guard number == cancelled else { return false }
                            calls += 1
                            return calls > afterCalls
                        }, onAnswer: { answers[number][$0] = Answer($1) },
                        onEnd: { ends[number] += "\($0)" })
                }
                coming.reverse()
                scheduler.run { _ in coming.popLast() }
                for number in Self.asked.indices where number != cancelled {
                    #expect(ends[number] == "complete")
                    #expect(answers[number] == expected[number])
                }
                #expect(ends[cancelled] == "cancelled")
                for (answer, expected) in zip(answers[cancelled], expected[cancelled]) {
                    #expect(answer == nil || answer == expected)
                }
            }
        }
    }

    @Test func aQuestionThatDoesNotFitCostsItsPictureAlone() throws {
        let model = try load(.fast)
        let scheduler = try Scheduler(
            model: model, threads: 1, contextLength: 150, limits: SchedulerLimits(batch: 3))
        let long = AnswerRequest(
            question: String(repeating: "what? ", count: 200), options: GenerationOptions())
        let short = AnswerRequest(question: "what?", options: EngineFixture.options(3))
        let views = try views(model, 1)
        var counts = [0, 0, 0]
        var failures: [String] = []
        var coming = [[short], [short, long], [short]].enumerated().map { number, requests in
            PictureTask(
                views: views, requests: requests,
                onAnswer: { _, _ in counts[number] += 1 },
                onEnd: { end in
                    if case .failed(let error) = end { failures.append(error.message) }
                })
        }
        scheduler.run { _ in coming.popLast() }
        #expect(counts == [1, 0, 1])
        #expect(failures.count == 1 && failures[0].contains("150"))
    }
}
