import Crypto
import Glibc
public import LLaVA
import Synchronization

/// Describes pictures with the engine, several at once: looks at each once, answers every question.
///
/// Not `Sendable`: it belongs to the thread that made it, as its scheduler does.
public final class Describer: ImageDescribing {
    private let scheduler: Scheduler

    /// Makes a describer.
    ///
    /// - Parameter scheduler: The engine, of this thread.
    public init(scheduler: Scheduler) {
        self.scheduler = scheduler
    }

    /// Answers presets about pictures until there are no more.
    ///
    /// - Parameter next: Gives the next picture; see `ImageDescribing`.
    public func describe(taking next: (_ waits: Bool) -> DescribingTask?) {
        scheduler.run { waits in next(waits).map(Self.pictureTask) }
    }

    /// Answers one preset about one picture.
    ///
    /// - Parameters:
    ///   - preset: What to ask.
    ///   - picture: The picture.
    /// - Returns: The answers in the order asked, not in that of their ends.
    /// - Throws: `PipelineError` of class `engine`.
    public func answers(
        to preset: Preset, about picture: PreparedPicture
    ) throws(PipelineError) -> [DescribedAnswer] {
        let result = Mutex<([DescribedAnswer], PipelineError?)>(([], nil))
        var task: DescribingTask? = DescribingTask(
            picture: picture, presets: [preset], isCancelled: { false },
            onAnswer: { answer in result.withLock { $0.0.append(answer) } },
            onEnd: { error in result.withLock { $0.1 = error } })
        describe { _ in task.take() }
        let (answers, failure) = result.withLock { $0 }
        if let failure { throw failure }
        return preset.questions.compactMap { question in
            answers.first { $0.question == question.name }
        }
    }

    /// A task in the engine's words.
    private static func pictureTask(_ task: DescribingTask) -> PictureTask {
        let picture = task.picture
        let asked = task.presets.flatMap { preset in preset.questions.map { (preset, $0) } }
        let requests = asked.map { preset, question in
            AnswerRequest(
                question: question.prompt,
                options: preset.sampling.options(
                    maxTokens: question.tokenLimit,
                    seed: seed(picture: picture, preset: preset, question: question)))
        }
        return PictureTask(
            views: picture.views, preprocessMS: picture.preparationMS, requests: requests,
            isCancelled: task.isCancelled,
            onAnswer: { number, generation in
                let (preset, question) = asked[number]
                task.onAnswer(answer(to: question, of: preset, from: generation))
            },
            onEnd: { end in
                switch end {
                case .complete: task.onEnd(nil)
                case .cancelled: task.onEnd(.cancelled(picture.path))
                case .failed(let error): task.onEnd(failure(error, picture))
                }
            })
    }

    static func answer(
        to question: Question, of preset: Preset, from generation: Generation
    ) -> DescribedAnswer {
        // PostgreSQL's text holds every character but NUL, which a model may well say.
        let text = generation.text.replacing("\0", with: "\u{FFFD}")
        return DescribedAnswer(
            preset: preset.name, presetVersion: preset.version, question: question.name,
            text: text, data: AnswerReading.data(in: text, for: question),
            confidence: confidence(of: generation.tokens.map(\.logprob)),
            finishReason: generation.finishReason.rawValue, tokens: generation.tokens.count,
            durationMS: Int(generation.timings.total.rounded()))
    }

    /// The geometric mean of the tokens' probabilities: `exp` of the mean log probability.
    static func confidence(of logprobs: [Float]) -> Float? {
        guard !logprobs.isEmpty else { return nil }
        let sum = logprobs.reduce(0.0) { $0 + Double($1) }
        let mean = exp(sum / Double(logprobs.count))
        return mean.isFinite ? Float(mean) : nil
    }

    /// A seed of the picture and the question alone, so that repeated work draws the same text.
    static func seed(picture: PreparedPicture, preset: Preset, question: Question) -> UInt64 {
        var hash = SHA256()
        picture.sha256.withUnsafeBytes { hash.update(bufferPointer: $0) }
        let words = "\(preset.name)/\(preset.version)/\(question.name)/\(preset.sampling.seed)"
        Array(words.utf8).withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func failure(_ error: EngineError, _ picture: PreparedPicture) -> PipelineError {
        let disposition: PipelineError.Disposition =
            switch error.kind {
            case .prompt, .numerics, .template, .unsupportedModel, .inconsistentModel,
                .missingPart:
                .permanent
            case .file: .retry
            }
        return PipelineError(
            .answer, .engine, "'\(picture.path)': \(error.message)", disposition: disposition)
    }
}
