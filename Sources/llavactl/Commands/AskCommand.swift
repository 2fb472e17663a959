import ArgumentParser
import LLaVA
import Settings

/// `ask IMAGE QUESTION`: one answer now, without a database.
struct AskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask one question about one picture, without a database.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingOptions

    @Argument(help: "The picture.")
    var image: String

    @Argument(help: "The question; not needed with --raw-prompt.")
    var question: String?

    @Option(
        help: ArgumentHelp(
            "The whole prompt, with <image> where the picture goes; control tokens are read.",
            valueName: "text"))
    var rawPrompt: String?

    @Option(help: "Threads to compute with.")
    var threads: Int?

    func validate() throws {
        guard rawPrompt != nil || !(question ?? "").isEmpty else {
            throw ValidationError("Give a question after the picture, or --raw-prompt.")
        }
        guard threads.map({ (1...1024).contains($0) }) ?? true else {
            throw ValidationError("--threads takes 1 to 1024.")
        }
    }

    func run() async throws {
        let settings = try shared.settings()
        let location = try model.location(settings)
        let path = GivenPath.absolute(image)
        let reader = PictureReader(settings.images)
        let threads = threads ?? settings.workers.threads ?? EngineThread.defaultCount
        let streams = !shared.json && Terminal.standardOutput.isTerminal
        let (generation, loadMS) = try await EngineThread.run {
            let picture = try reader.read(path).get()
            let begin = ContinuousClock.now
            let engine = try LlavaEngine(model: LlavaModel.load(location), threads: threads)
            let loadMS = (ContinuousClock.now - begin) / .milliseconds(1)
            try engine.look(at: picture.pixels)
            return (try answer(with: engine, streams: streams), loadMS)
        }
        try report(generation, loadMS: loadMS, streamed: streams)
    }

    private func answer(with engine: LlavaEngine, streams: Bool) throws -> Generation {
        let options = sampling.options
        var stream = AnswerStream()
        let onToken: (GeneratedToken) -> Void = { token in
            if streams { stream.write(token.text) }
        }
        if let rawPrompt {
            let prompt = try Prompt(raw: rawPrompt, tokenizer: engine.model.tokenizer)
            return try engine.answer(raw: prompt, options: options, onToken: onToken)
        }
        return try engine.answer(question ?? "", options: options, onToken: onToken)
    }

    private func report(_ generation: Generation, loadMS: Double, streamed: Bool) throws {
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(Self.json(generation, loadMS: loadMS).text)
        } else {
            try sink.line(streamed ? "" : generation.text)
            if let remark = Self.remark(generation) { complain(remark) }
        }
        try sink.flush()
    }

    /// What a person should know of how an answer ended.
    private static func remark(_ generation: Generation) -> String? {
        switch generation.finishReason {
        case .length: "Cut at \(generation.tokens.count) tokens: raise --max-tokens for more"
        case .repetition:
            "Ended because the model repeats itself: try --repetition-penalty 1.1, or go on with "
                + "--no-repetition-guard"
        case .stop, .cancelled: nil
        }
    }

    private static func json(_ generation: Generation, loadMS: Double) -> JSONText {
        .object([
            "text": .string(generation.text),
            "finish_reason": .string(generation.finishReason.rawValue),
            "prompt_tokens": .number(generation.promptTokens),
            "image_tokens": .number(generation.imageTokens),
            "tokens": .array(
                generation.tokens.map {
                    .object([
                        "id": .number($0.id), "text": .string($0.text),
                        "logprob": .number($0.logprob),
                    ])
                }),
            "timings": .object([
                "load_ms": .number(loadMS), "image_ms": .number(generation.timings.imageMS),
                "encode_ms": .number(generation.timings.encodeMS),
                "prefill_ms": .number(generation.timings.prefillMS),
                "generate_ms": .number(generation.timings.generateMS),
            ]),
        ])
    }
}
