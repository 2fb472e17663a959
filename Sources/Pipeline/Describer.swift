import Crypto
import Glibc
public import Images
public import LLaVA

/// Describes pictures with the engine: decodes once, looks once, answers every question.
///
/// Not `Sendable`: it belongs to the thread that made it, as its engine does.
public final class Describer: ImageDescribing {
    private let engine: LlavaEngine
    private let decoder: ImageDecoder

    /// Makes a describer.
    ///
    /// - Parameters:
    ///   - engine: The engine, of this thread.
    ///   - decoder: Turns files into pixels within limits.
    public init(engine: LlavaEngine, decoder: ImageDecoder) {
        self.engine = engine
        self.decoder = decoder
    }

    /// Answers every question of the presets about one picture.
    ///
    /// - Parameters:
    ///   - image: The picture's file.
    ///   - presets: What to ask; the picture is looked at once for all of them.
    ///   - isCancelled: Asked at least once a token; once true, the work ends.
    ///   - onAnswer: Receives each answer as it is complete; its error ends the work.
    /// - Throws: `PipelineError` of a picture's failure class or of class `engine`; with the
    ///   disposition `.cancelled` after `isCancelled`.
    public func describe(
        _ image: SourceImage, presets: [Preset], isCancelled: () -> Bool,
        onAnswer: (DescribedAnswer) throws(PipelineError) -> Void
    ) throws(PipelineError) {
        var lap = Lap()
        try look(at: image, isCancelled)
        defer { engine.forget() }
        let asked = presets.flatMap { preset in preset.questions.map { (preset, $0) } }
        let requests = asked.map { preset, question in
            AnswerRequest(
                question: question.prompt,
                options: preset.sampling.options(
                    maxTokens: question.tokenLimit,
                    seed: Self.seed(image: image, preset: preset, question: question)))
        }
        var refused: PipelineError?
        let isComplete: Bool
        do throws(EngineError) {
            isComplete = try engine.answer(
                requests, isCancelled: { refused != nil || isCancelled() }
            ) { number, generation in
                guard refused == nil else { return }
                let (preset, question) = asked[number]
                let answer = Self.answer(
                    to: question, of: preset, from: generation, durationMS: lap.take())
                do throws(PipelineError) { try onAnswer(answer) } catch { refused = error }
            }
        } catch {
            throw Self.failure(.answer, error, image)
        }
        if let refused { throw refused }
        guard isComplete else { throw cancelled(image) }
    }

    /// Decodes and encodes; the pixels are let go as soon as the model has seen them.
    private func look(
        at image: SourceImage, _ isCancelled: () -> Bool
    ) throws(PipelineError) {
        let pixels = try decode(image)
        if isCancelled() { throw cancelled(image) }
        do {
            try engine.look(at: pixels)
        } catch {
            throw Self.failure(.look, error, image)
        }
    }

    private func decode(_ image: SourceImage) throws(PipelineError) -> RGBImage {
        do {
            return try decoder.decode(image.bytes)
        } catch {
            let kind: FailureClass =
                switch error.failureClass {
                case .empty: .empty
                case .truncated: .truncated
                case .unsupported: .unsupported
                case .tooLarge: .tooLarge
                case .corrupt: .corrupt
                }
            // A picture cut short that changed a moment ago is most likely still being copied.
            let waits =
                kind == .truncated
                && image.identity.isYounger(thanSeconds: ImageLoader.writingSeconds)
            throw PipelineError(
                .decode, kind, "'\(image.path)': \(error.message).",
                disposition: waits ? .retry : .permanent)
        }
    }

    static func answer(
        to question: Question, of preset: Preset, from generation: Generation, durationMS: Int
    ) -> DescribedAnswer {
        // PostgreSQL's text holds every character but NUL, which a model may well say.
        let text = generation.text.replacing("\0", with: "\u{FFFD}")
        return DescribedAnswer(
            preset: preset.name, presetVersion: preset.version, question: question.name,
            text: text, data: AnswerReading.data(in: text, for: question),
            confidence: confidence(of: generation.tokens.map(\.logprob)),
            finishReason: generation.finishReason.rawValue, tokens: generation.tokens.count,
            durationMS: durationMS)
    }

    /// The geometric mean of the tokens' probabilities: `exp` of the mean log probability.
    static func confidence(of logprobs: [Float]) -> Float? {
        guard !logprobs.isEmpty else { return nil }
        let sum = logprobs.reduce(0.0) { $0 + Double($1) }
        let mean = exp(sum / Double(logprobs.count))
        return mean.isFinite ? Float(mean) : nil
    }

    /// A seed of the picture and the question alone, so that repeated work draws the same text.
    static func seed(image: SourceImage, preset: Preset, question: Question) -> UInt64 {
        var hash = SHA256()
        image.sha256.withUnsafeBytes { hash.update(bufferPointer: $0) }
        let words = "\(preset.name)/\(preset.version)/\(question.name)/\(preset.sampling.seed)"
        Array(words.utf8).withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func failure(
        _ stage: PipelineError.Stage, _ error: EngineError, _ image: SourceImage
    ) -> PipelineError {
        let disposition: PipelineError.Disposition =
            switch error.kind {
            case .prompt, .numerics, .template, .unsupportedModel, .inconsistentModel,
                .missingPart:
                .permanent
            case .file: .retry
            }
        return PipelineError(
            stage, .engine, "'\(image.path)': \(error.message)", disposition: disposition)
    }

    private func cancelled(_ image: SourceImage) -> PipelineError {
        PipelineError(
            .answer, .cancelled, "The work on '\(image.path)' was stopped before its end.",
            disposition: .cancelled)
    }
}

/// Milliseconds between calls, on a clock that nobody sets.
private struct Lap {
    private var last = ContinuousClock.now

    mutating func take() -> Int {
        let now = ContinuousClock.now
        defer { last = now }
        return Int((now - last) / .milliseconds(1))
    }
}
