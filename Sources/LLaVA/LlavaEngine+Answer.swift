extension LlavaEngine {
    /// Answers a question about the picture, or about text alone if there is none.
    ///
    /// Of a conversation that goes on, what was read before is kept and only the last answer and
    /// the new question are read; the answer is the same as if all of it were read anew.
    ///
    /// - Parameters:
    ///   - question: The question as a user typed it; control tokens in it are plain text.
    ///   - history: The turns before, oldest first.
    ///   - options: How to answer; the template's stop strings are added to its own.
    ///   - isCancelled: Asked once a token and once a layer of the prompt.
    ///   - onToken: Given each token as soon as its text is certain to belong to the answer.
    /// - Returns: The answer.
    /// - Throws: `EngineError` of kind `template`, `prompt` or `numerics`.
    public func answer(
        _ question: String, after history: [ConversationTurn] = [], options: GenerationOptions,
        isCancelled: () -> Bool = { false }, onToken: (GeneratedToken) -> Void = { _ in }
    ) throws(EngineError) -> Generation {
        let template = try model.requiredTemplate()
        let prompt = Prompt(
            question: question, template: template, tokenizer: model.tokenizer,
            hasImage: imageTokens > 0, history: history)
        var options = options
        options.stopStrings += template.stopStrings
        return try answer(
            raw: prompt, options: options, isCancelled: isCancelled, onToken: onToken)
    }

    /// Answers a prompt.
    ///
    /// - Parameters:
    ///   - prompt: The whole prompt.
    ///   - options: How to answer.
    ///   - isCancelled: Asked once a token and once a layer of the prompt.
    ///   - onToken: Given each token as soon as its text is certain to belong to the answer.
    /// - Returns: The answer.
    /// - Throws: `EngineError` of kind `prompt` or `numerics`.
    public func answer(
        raw prompt: Prompt, options: GenerationOptions, isCancelled: () -> Bool = { false },
        onToken: (GeneratedToken) -> Void = { _ in }
    ) throws(EngineError) -> Generation {
        try answer(
            segments: prompt.segments, options: options, isCancelled: isCancelled,
            onToken: onToken)
    }

    /// Answers a prompt given as its segments.
    ///
    /// - Parameters:
    ///   - segments: The whole prompt; ids lie in the vocabulary.
    ///   - options: How to answer.
    ///   - isCancelled: Asked once a token and once a layer of the prompt.
    ///   - onToken: Given each token as soon as its text is certain to belong to the answer.
    /// - Returns: The answer.
    /// - Throws: `EngineError` of kind `prompt` or `numerics`.
    public func answer(
        segments: [Prompt.Segment], options: GenerationOptions,
        isCancelled: () -> Bool = { false }, onToken: (GeneratedToken) -> Void = { _ in }
    ) throws(EngineError) -> Generation {
        let chunks = try chunks(of: segments)
        let promptTokens = chunks.positions
        let clock = ContinuousClock()
        var timings = takeTimings()
        var writer = AnswerWriter(to: segments, options: options, tokenizer: model.tokenizer)

        let start = clock.now
        let isRead = read(chunks, isCancelled: isCancelled)
        timings.prefillMS = start.duration(to: clock.now).milliseconds
        var reason = FinishReason.cancelled
        if isRead {
            let begin = clock.now
            defer { sequence.truncate(to: promptTokens) }
            reason = try write(
                with: &writer, after: chunks[chunks.count - 1].count - 1,
                isCancelled: isCancelled, onToken: onToken)
            timings.generateMS = begin.duration(to: clock.now).milliseconds
        }
        return Generation(
            text: writer.finish(onToken: onToken), finishReason: reason,
            promptTokens: promptTokens,
            imageTokens: segments.contains(.image) ? imageTokens : 0, tokens: writer.tokens,
            timings: timings)
    }

    /// Writes tokens until something ends the answer; says what did.
    private func write(
        with writer: inout AnswerWriter, after lastRow: Int, isCancelled: () -> Bool,
        onToken: (GeneratedToken) -> Void
    ) throws(EngineError) -> FinishReason {
        var row = lastRow
        while !isCancelled() {
            switch try writer.step(decoder.logits(row: row), onToken: onToken) {
            case .ended(let reason): return reason
            case .goOn(let token):
                guard sequence.count < sequence.capacity else { return .length }
                guard append(token, isCancelled: isCancelled) else { return .cancelled }
                row = 0
            }
        }
        return .cancelled
    }

    /// Reads a token of an answer; whether it was done.
    private func append(_ token: TokenID, isCancelled: () -> Bool) -> Bool {
        guard
            decoder.append(
                .tokens([token]), to: sequence, phase: .step, givesScores: true,
                isCancelled: isCancelled)
        else { return false }
        sequence.advance(by: 1)
        return true
    }

    /// The scores after the last tokens of a prompt, for comparing with a reference.
    ///
    /// - Parameters:
    ///   - segments: The prompt.
    ///   - continuation: Tokens to append to it.
    ///   - isStepping: Whether the continuation is read token by token, as answers are written, or
    ///     with the prompt's last segment, as prompts are read.
    /// - Returns: Scores after the prompt and after each token of the continuation, shape
    ///   `(continuation.count + 1, V)`.
    /// - Throws: `EngineError` of kind `prompt`.
    public func logits(
        after segments: [Prompt.Segment], continuation: [TokenID] = [], isStepping: Bool = true
    ) throws(EngineError) -> [[Float]] {
        var segments = segments
        if !isStepping, !continuation.isEmpty {
            if case .tokens(let ids) = segments.last {
                segments[segments.count - 1] = .tokens(ids + continuation)
            } else {
                segments.append(.tokens(continuation))
            }
        }
        let chunks = try chunks(of: segments)
        let total = chunks.positions
        let first = isStepping ? total - 1 : total - 1 - continuation.count
        var rows: [[Float]] = []
        let isRead = read(chunks, firstScored: first, isCancelled: { false }) { position, chunk in
            for row in 0..<chunk.count where position + row >= first {
                rows.append(Array(decoder.logits(row: row)))
            }
        }
        precondition(isRead, "nothing cancels this")
        guard isStepping else { return rows }
        defer { sequence.truncate(to: total) }
        for token in continuation {
            guard sequence.count < sequence.capacity, append(token, isCancelled: { false })
            else {
                throw EngineError(
                    .prompt, "the continuation does not fit the context of \(contextLength)")
            }
            rows.append(Array(decoder.logits(row: 0)))
        }
        return rows
    }
}
