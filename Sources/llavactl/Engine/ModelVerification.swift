import Glibc
import LLaVA

/// Proves a model on this machine: its files fit together, and a picture and a question go through
/// both halves and come out as numbers.
struct ModelVerification {
    /// What was found.
    struct Report {
        let summary: ModelSummary
        let loadMS: Double
        let answer: Generation
        let threads: Int
        let peakBytes: Int

        /// Tokens of a prompt read in a second, those of the picture included.
        var prefillRate: Double? {
            let time = answer.timings.prefillMS
            return time > 0 ? Double(answer.promptTokens) / time * 1000 : nil
        }

        /// Tokens of an answer written in a second: the first comes with the prompt.
        var decodeRate: Double? {
            let (steps, time) = (answer.tokens.count - 1, answer.timings.generateMS)
            return steps > 0 && time > 0 ? Double(steps) / time * 1000 : nil
        }
    }

    /// Tokens of the answer: enough for the rate to settle, few enough to wait for.
    private static let answerTokens = 24
    private static let question = "What is in the picture?"

    let location: ModelLocation
    let threads: Int

    /// Loads the model, looks at the test card and asks about it.
    ///
    /// - Throws: `EngineError` with the sentence that says what is wrong with the files.
    func run() throws(EngineError) -> Report {
        let start = ContinuousClock.now
        let model = try LlavaModel.load(location)
        let engine = try LlavaEngine(model: model, threads: threads)
        let loadMS = (ContinuousClock.now - start) / .milliseconds(1)
        if model.configuration.vision != nil {
            try engine.look(at: TestCard.drawn())
            try check(engine.imageEmbedding)
        }
        var options = GenerationOptions()
        options.maxTokens = Self.answerTokens
        options.ignoresEnd = true
        let answer = try engine.answer(Self.question, options: options)
        guard answer.tokens.allSatisfy({ $0.logprob.isFinite }) else {
            throw damaged("the language model", "probabilities that are no numbers")
        }
        return Report(
            summary: model.summary, loadMS: loadMS, answer: answer, threads: threads,
            peakBytes: Self.peakBytes())
    }

    /// Whether the picture's rows are numbers, and differ from place to place as a picture does.
    private func check(_ embedding: ImageEmbedding?) throws(EngineError) {
        guard let embedding else { return }
        guard embedding.values.allSatisfy(\.isFinite) else {
            throw damaged("the vision tower or its projector", "infinities or NaN")
        }
        let first = embedding.values.prefix(embedding.width)
        let isFlat = stride(from: 0, to: embedding.values.count, by: embedding.width).allSatisfy {
            embedding.values[$0..<$0 + embedding.width].elementsEqual(first)
        }
        guard !isFlat || embedding.tokenCount < 2 else {
            throw damaged(
                "the vision tower or its projector", "the same for every place of a picture")
        }
    }

    private func damaged(_ half: String, _ found: String) -> EngineError {
        let file = location.projector.map { "\(location.text), \($0)" } ?? location.text
        return EngineError(
            .numerics,
            "\(file): \(half) gives \(found); the weights are damaged or of another model, fetch or "
                + "convert the pair again")
    }

    /// The most memory this process has held, as getrusage(2) counts it, mapped weights included.
    private static func peakBytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
