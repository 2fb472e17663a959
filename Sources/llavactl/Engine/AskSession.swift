import LLaVA

/// A conversation with the engine in this process, printed as it goes.
///
/// It belongs to the engine's thread.
struct AskSession {
    private let engine: LlavaEngine
    private let options: GenerationOptions
    private let printsJSON: Bool
    private let streams: Bool
    private let sink = FileSink.standardOutput()
    private var turns: [ConversationTurn] = []
    /// What loading took, until an answer has reported it.
    private var loadMS: Double

    /// Starts a conversation about what the engine looks at.
    init(engine: LlavaEngine, options: GenerationOptions, loadMS: Double, printsJSON: Bool) {
        self.engine = engine
        self.options = options
        self.printsJSON = printsJSON
        self.loadMS = loadMS
        streams = !printsJSON && Terminal.standardOutput.isTerminal
    }

    /// Answers the next question.
    ///
    /// - Parameters:
    ///   - question: What a person asks.
    ///   - isTurn: Whether more may follow, so that JSON names the question.
    /// - Throws: `EngineError`, or `CommandFailure` if it cannot be printed.
    mutating func answer(_ question: String, isTurn: Bool) throws {
        var stream = AnswerStream()
        let generation = try engine.answer(
            question, after: turns, options: options,
            onToken: { if streams { stream.write($0.text) } })
        turns.append(ConversationTurn(question: question, answer: generation.text))
        try report(generation, question: isTurn ? question : nil)
    }

    /// Answers a prompt that has its own layout.
    mutating func answer(raw text: String) throws {
        let prompt = try Prompt(raw: text, tokenizer: engine.model.tokenizer)
        var stream = AnswerStream()
        let generation = try engine.answer(
            raw: prompt, options: options, onToken: { if streams { stream.write($0.text) } })
        try report(generation, question: nil)
    }

    private mutating func report(_ generation: Generation, question: String?) throws {
        if printsJSON {
            try sink.line(Self.json(generation, question: question, loadMS: loadMS).text)
        } else {
            try sink.line(streams ? "" : generation.text)
        }
        // Before the remark, and before the next question is waited for.
        try sink.flush()
        if !printsJSON, let remark = Self.remark(generation) { complain(remark) }
        loadMS = 0
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

    private static func json(
        _ generation: Generation, question: String?, loadMS: Double
    ) -> JSONText {
        let tokens = generation.tokens.map { token in
            JSONText.object([
                "id": .number(token.id), "text": .string(token.text),
                "logprob": .number(token.logprob),
            ])
        }
        let timings = generation.timings
        return .object(
            (question.map { [("question", JSONText.string($0))] } ?? []) + [
                ("text", .string(generation.text)),
                ("finish_reason", .string(generation.finishReason.rawValue)),
                ("prompt_tokens", .number(generation.promptTokens)),
                ("image_tokens", .number(generation.imageTokens)),
                ("tokens", .array(tokens)),
                (
                    "timings",
                    .object([
                        "load_ms": .number(loadMS), "image_ms": .number(timings.imageMS),
                        "encode_ms": .number(timings.encodeMS),
                        "prefill_ms": .number(timings.prefillMS),
                        "generate_ms": .number(timings.generateMS),
                    ])
                ),
            ])
    }
}
