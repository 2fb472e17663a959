extension LlavaEngine {
    /// What is wanted, cut into chunks.
    private struct Prepared {
        let segments: [Prompt.Segment]
        let chunks: [PromptChunk]
        let options: GenerationOptions

        /// Positions of the prompt.
        var count: Int { chunks.reduce(0) { $0 + $1.count } }
    }

    /// An answer being written.
    private struct Active {
        let number: Int
        var branch: Branch
        var writer: AnswerWriter
        /// The token to read next.
        var token: TokenID
        var timings: Timings
        let begin: ContinuousClock.Instant
        let promptTokens: Int
    }

    /// Answers several questions about the picture, or about text alone if there is none.
    ///
    /// As many as the engine's batch allows are written side by side: what their prompts have in
    /// common is read once, each keeps only its own tokens, and a step reads the weights once for all
    /// of them. An answer that ends makes room for the next question at once. Every answer is the
    /// same, token for token, as it would be alone.
    ///
    /// - Parameters:
    ///   - requests: The questions.
    ///   - isCancelled: Asked once a layer; once true, the work ends.
    ///   - onAnswer: Receives each answer as it is complete, with its question's number.
    /// - Returns: Whether all were answered; false if cancelled.
    /// - Throws: `EngineError` of kind `template`, `prompt` or `numerics`.
    public func answer(
        _ requests: [AnswerRequest], isCancelled: () -> Bool,
        onAnswer: (_ number: Int, _ answer: Generation) -> Void
    ) throws(EngineError) -> Bool {
        let template = try model.requiredTemplate()
        var waiting: [(Int, Prepared)] = []
        for (number, request) in requests.enumerated() {
            let prompt = Prompt(
                question: request.question, template: template, tokenizer: model.tokenizer,
                hasImage: imageTokens > 0)
            var options = request.options
            options.stopStrings += template.stopStrings
            waiting.append(
                (
                    number,
                    Prepared(
                        segments: prompt.segments, chunks: try chunks(of: prompt.segments),
                        options: options)
                ))
        }
        let shared = Self.sharedChunks(waiting.map(\.1.chunks))
        let prefix = waiting.first.map { $0.1.chunks[..<shared].reduce(0) { $0 + $1.count } } ?? 0
        // A place for the longest of them; the last token of an answer is never read.
        let span =
            waiting.map { min($0.1.count + $0.1.options.maxTokens, contextLength) - prefix }.max()
            ?? 1
        let places = min(decoder.batch, requests.count, decoder.cache.room / max(span, 1))
        guard places > 1 else {
            for (number, prepared) in waiting {
                let answer = try answer(
                    segments: prepared.segments, options: prepared.options,
                    isCancelled: isCancelled)
                guard answer.finishReason != .cancelled else { return false }
                onAnswer(number, answer)
            }
            return true
        }
        var free = (0..<places).map { decoder.cache.capacity + $0 * span }
        var active: [Active] = []
        waiting.reverse()
        while true {
            // One prompt between two steps, so that no answer waits for many of them.
            if let place = free.last, let (number, next) = waiting.popLast() {
                switch try admit(number, next, prefix: prefix, place: place, isCancelled) {
                case .cancelled: return false
                case .ended(let answer): onAnswer(number, answer)
                case .goesOn(let begun):
                    free.removeLast()
                    active.append(begun)
                }
            } else if active.isEmpty {
                return true
            }
            guard !active.isEmpty else { continue }
            guard
                decoder.append(
                    active.map(\.token), to: active.map(\.branch), isCancelled: isCancelled)
            else { return false }
            let scores = decoder.scores(rows: active.count)
            var ended: [Int] = []
            for row in active.indices {
                active[row].branch.count += 1
                var reason: FinishReason?
                switch try active[row].writer.step(scores(row), onToken: { _ in }) {
                case .ended(let why): reason = why
                case .goOn(let token):
                    active[row].token = token
                    if active[row].branch.position >= contextLength { reason = .length }
                }
                guard let reason else { continue }
                ended.append(row)
                onAnswer(active[row].number, finish(&active[row], reason))
            }
            for row in ended.reversed() {
                free.append(active[row].branch.place)
                active.remove(at: row)
            }
        }
    }

    /// How a question begins.
    private enum Admission {
        case goesOn(Active)
        case ended(Generation)
        case cancelled
    }

    /// Reads a prompt, draws its first token, and puts its own rows in their place.
    private func admit(
        _ number: Int, _ prepared: Prepared, prefix: Int, place: Int, _ isCancelled: () -> Bool
    ) throws(EngineError) -> Admission {
        let clock = ContinuousClock()
        let start = clock.now
        var timings = takeTimings()
        guard read(prepared.chunks, isCancelled: isCancelled) else { return .cancelled }
        timings.prefillMS = start.duration(to: clock.now).milliseconds
        let last = prepared.chunks[prepared.chunks.count - 1].count - 1
        var begun = Active(
            number: number,
            branch: Branch(prefix: prefix, place: place, count: prepared.count - prefix),
            writer: AnswerWriter(
                to: prepared.segments, options: prepared.options, tokenizer: model.tokenizer),
            token: 0, timings: timings, begin: clock.now, promptTokens: prepared.count)
        switch try begun.writer.step(decoder.logits(row: last), onToken: { _ in }) {
        case .ended(let reason):
            return .ended(finish(&begun, reason))
        case .goOn(let token):
            begun.token = token
            decoder.cache.copy(prefix..<prepared.count, to: place)
            return .goesOn(begun)
        }
    }

    private func finish(_ active: inout Active, _ reason: FinishReason) -> Generation {
        active.timings.generateMS =
            active.begin.duration(to: ContinuousClock().now).milliseconds
        return Generation(
            text: active.writer.finish(onToken: { _ in }), finishReason: reason,
            promptTokens: active.promptTokens, imageTokens: imageTokens,
            tokens: active.writer.tokens, timings: active.timings)
    }

    /// Chunks that all prompts begin with; at least one chunk of each is left.
    private static func sharedChunks(_ prompts: [[PromptChunk]]) -> Int {
        guard let first = prompts.first, let shortest = prompts.map(\.count).min() else { return 0 }
        return (0..<max(0, shortest - 1)).first { index in
            prompts.contains { $0[index] != first[index] }
        } ?? max(0, shortest - 1)
    }
}
