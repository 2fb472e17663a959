import Threads

/// Answers questions about many pictures with one reading of the weights a step.
///
/// Continuous batching: whenever fewer answers than the batch are being written, the next question is
/// read, or the next picture taken, looked at and read; answers that end leave at once. Between two
/// layers of what is read, the others take steps, so that they never wait long. The text before the
/// picture is read once and copied, a picture once for all its questions, which keep rows of their
/// own only. Every answer is the same, token for token, as it would be alone: `LlavaEngine` gives the
/// same.
///
/// Not `Sendable`: each worker thread makes its own, which owns its compute threads, every scratch
/// buffer and the key-value cache; what a step needs is kept from one to the next.
public final class Scheduler {
    /// The model.
    public let model: LlavaModel
    /// Positions a prompt and its answer may take together.
    public let contextLength: Int
    /// How much is worked on at once.
    public let limits: SchedulerLimits
    /// What was done since the start, or since this was last reset.
    public var times = StageTimes()

    private let decoder: LlamaDecoder
    private let encoder: VisionEncoder?
    private let clock = ContinuousClock()

    /// Rows that hold the text before the picture; longer ones are not kept.
    private static let prefixRows = 256
    private var prefix: ArraySlice<TokenID> = []
    /// Which of the other rows are free, counted from `prefixRows` on.
    private var rows: CacheRows
    /// Rows that may be in use where more than one picture is in flight.
    private let budgetRows: Int

    /// In flight, the oldest first.
    private var pictures: [PictureSequence] = []
    /// Looked at, but there was no room for it yet.
    private var waiting: PictureSequence?
    /// What is being read: its end waits until that is over.
    private var reading: PictureSequence?
    private var active: [ActiveAnswer] = []
    private var lastStep: ContinuousClock.Instant
    /// How long answers wait for something to be read.
    private var patience: Duration

    // What a step takes, kept from one to the next.
    private var tokens: [TokenID] = []
    private var branches: [Branch] = []
    private var ended: [(row: Int, reason: FinishReason)] = []

    /// Makes a scheduler.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - threads: Threads that compute, this one included; at least 1.
    ///   - contextLength: Positions a prompt and its answer may take; `nil` for the model's own
    ///     length, at most `LlavaModel.defaultContextLimit`.
    ///   - limits: How much is worked on at once.
    /// - Throws: `EngineError` of kind `prompt` if the model was not trained for such a length.
    public init(
        model: LlavaModel, threads: Int, contextLength: Int? = nil, limits: SchedulerLimits
    ) throws(EngineError) {
        let length = try model.contextLength(contextLength)
        guard threads > 0, limits.batch > 0, limits.pictures > 0 else {
            throw EngineError(
                .prompt,
                "an engine needs at least 1 thread, answer and picture, not \(threads), "
                    + "\(limits.batch) and \(limits.pictures)")
        }
        self.model = model
        self.limits = limits
        self.contextLength = length
        let shape = model.configuration.language
        let storage = model.location.keyValueStorage
        budgetRows =
            limits.cacheBytes.map { $0 / KVCache.positionBytes(shape, storage: storage) }
            ?? Self.usualRows(limits)
        // One picture always fits, whatever its prompt and its answer.
        rows = CacheRows(count: max(budgetRows - Self.prefixRows, 2 * length))
        let math = TensorMath(threads: threads, arithmetic: model.location.arithmetic)
        decoder = LlamaDecoder(
            shape, model.language, math: math, contextLength: length, batch: limits.batch,
            cacheRows: Self.prefixRows + rows.count, storage: storage)
        encoder = model.vision.map { VisionEncoder($0, math: math) }
        lastStep = clock.now
        patience = limits.patience ?? .seconds(1)
        tokens.reserveCapacity(limits.batch)
        branches.reserveCapacity(limits.batch)
        ended.reserveCapacity(limits.batch)
        active.reserveCapacity(limits.batch)
    }

    /// Rows for so many pictures and answers as presets have them.
    private static func usualRows(_ limits: SchedulerLimits) -> Int {
        prefixRows + limits.pictures * 1024 + limits.batch * 512
    }

    /// Works until there is nothing more to do.
    ///
    /// - Parameter next: Gives the next picture. Asked with `false` while others are in flight, it
    ///   must not wait; asked with `true` it may, and `nil` ends the work.
    public func run(taking next: (_ waits: Bool) -> PictureTask?) {
        while true {
            fill(from: next)
            if active.isEmpty { return }
            step()
        }
    }

    // MARK: - Reading

    /// Reads until the batch is full or nothing waits that there is room for.
    private func fill(from next: (_ waits: Bool) -> PictureTask?) {
        while active.count < limits.batch {
            if let (picture, place) = nextPlace() {
                readQuestion(of: picture, into: place)
            } else if let picture = waiting {
                guard begin(picture) else { return }
            } else {
                guard pictures.count < limits.pictures,
                    let task = next(pictures.isEmpty)
                else { return }
                look(at: task)
            }
            stepIfDue()
        }
    }

    /// The oldest picture with a question that there is room for, and that room.
    private func nextPlace() -> (PictureSequence, Range<Int>)? {
        for picture in pictures {
            guard let question = picture.waiting else { continue }
            let length =
                question.mostPositions(contextLength: contextLength) - picture.sharedPositions
            if !picture.isHomeTaken {
                picture.isHomeTaken = true
                return (picture, picture.home.prefix(length))
            }
            if let place = take(length) { return (picture, place) }
        }
        return nil
    }

    /// Takes rows of the cache within the budget; all of it is there for the only picture.
    private func take(_ length: Int) -> Range<Int>? {
        let isWithin = Self.prefixRows + rows.used + length <= budgetRows
        guard isWithin || rows.used == 0, let run = rows.take(length) else { return nil }
        return run.lowerBound + Self.prefixRows..<run.upperBound + Self.prefixRows
    }

    private func giveBack(_ run: Range<Int>) {
        rows.giveBack(run.lowerBound - Self.prefixRows..<run.upperBound - Self.prefixRows)
    }

    /// Sends a picture through the vision tower and prepares its questions.
    private func look(at task: PictureTask) {
        var cost = Timings()
        cost.imageMS = task.preprocessMS
        do throws(EngineError) {
            var embedding: ImageEmbedding?
            if let views = task.views {
                guard let encoder else { throw model.blind }
                let (start, stepped) = (clock.now, times.stepMS)
                embedding = encoder.encode(
                    views,
                    isCancelled: {
                        stepIfDue()
                        return task.isCancelled()
                    })
                guard embedding != nil else { return task.onEnd(.cancelled) }
                cost.encodeMS = elapsed(since: start, stepped)
                times.encoded += 1
                times.encodeMS += cost.encodeMS
            }
            let picture = try PictureSequence(
                task, embedding: embedding, model: model, contextLength: contextLength)
            picture.cost = cost
            guard picture.unanswered > 0 else { return task.onEnd(.complete) }
            waiting = picture
        } catch {
            task.onEnd(.failed(error))
        }
    }

    /// Gives a picture its rows and reads what its prompts share; whether there was room.
    private func begin(_ picture: PictureSequence) -> Bool {
        guard let run = take(picture.neededRows) else { return false }
        waiting = nil
        picture.place(in: run)
        pictures.append(picture)
        picture.cost.prefillMS = read(picture.sharedChunks, of: picture) ?? 0
        return true
    }

    /// Reads a question and draws the first token of its answer.
    private func readQuestion(of picture: PictureSequence, into place: Range<Int>) {
        let number = picture.nextQuestion
        let question = picture.questions[number]
        picture.nextQuestion += 1
        let prefix = picture.prompt.filled
        var answer = ActiveAnswer(
            picture: picture, number: number,
            branch: Branch(
                prefix: prefix, rows: place, count: question.positions - prefix.count),
            writer: AnswerWriter(
                to: question.segments, options: question.options, tokenizer: model.tokenizer),
            token: 0)
        defer { picture.keepShared() }
        let tail = question.chunks[picture.sharedChunks.count...]
        guard let cost = read(tail, of: picture) else { return leave(answer) }
        answer.timings.prefillMS = cost
        let scores = decoder.logits(row: tail[tail.endIndex - 1].count - 1)
        switch draw(&answer, from: scores) {
        case .goOn(let token):
            answer.token = token
            decoder.cache.copy(
                prefix.upperBound..<prefix.upperBound + answer.branch.count,
                to: place.lowerBound)
            if active.isEmpty { lastStep = clock.now }
            active.append(answer)
        case .ended(let reason):
            finish(&answer, reason)
        case nil:
            leave(answer)
            drop(picture)
        }
    }

    /// Appends chunks to a picture's prompt.
    ///
    /// - Returns: What it cost in milliseconds; `nil` if the picture is on its way out.
    private func read(
        _ chunks: ArraySlice<PromptChunk>, of picture: PictureSequence
    ) -> Double? {
        let (start, stepped) = (clock.now, times.stepMS)
        reading = picture
        for chunk in chunks where picture.end == nil {
            guard !copyPrefix(chunk, to: picture) else { continue }
            let isRead = decoder.append(
                chunk.input(picture.embedding), to: picture.prompt, phase: .prompt,
                isCancelled: {
                    stepIfDue()
                    if picture.end == nil, picture.task.isCancelled() { picture.end = .cancelled }
                    return picture.end != nil
                })
            guard isRead else { break }
            picture.advance(by: chunk.count)
            keepPrefix(chunk, of: picture)
            times.readPositions += chunk.count
        }
        reading = nil
        let cost = elapsed(since: start, stepped)
        times.readMS += cost
        guard picture.end == nil else {
            drop(picture)
            return nil
        }
        return cost
    }

    /// Copies the text before the picture if it is the one that is kept; whether it was.
    private func copyPrefix(_ chunk: PromptChunk, to picture: PictureSequence) -> Bool {
        guard picture.prompt.count == 0, case .tokens(let ids) = chunk, !ids.isEmpty,
            ids == prefix
        else { return false }
        decoder.cache.copy(0..<ids.count, to: picture.prompt.rows.lowerBound)
        picture.advance(by: ids.count)
        return true
    }

    /// Keeps the text before a picture, once.
    private func keepPrefix(_ chunk: PromptChunk, of picture: PictureSequence) {
        guard limits.keepsPrefix, prefix.isEmpty, picture.embedding != nil,
            picture.prompt.count == chunk.count, case .tokens(let ids) = chunk,
            ids.count <= Self.prefixRows
        else { return }
        decoder.cache.copy(picture.prompt.filled, to: 0)
        prefix = ids
    }

    /// Milliseconds since a moment, without those of steps of other answers.
    private func elapsed(since start: ContinuousClock.Instant, _ steppedBefore: Double) -> Double {
        start.duration(to: clock.now).milliseconds - (times.stepMS - steppedBefore)
    }

    // MARK: - Writing

    private func stepIfDue() {
        guard !active.isEmpty, lastStep.duration(to: clock.now) >= patience else { return }
        step()
    }

    /// Takes a step of every answer that is being written.
    private func step() {
        dropCancelled()
        guard !active.isEmpty else { return }
        let start = clock.now
        tokens.removeAll(keepingCapacity: true)
        branches.removeAll(keepingCapacity: true)
        for answer in active {
            tokens.append(answer.token)
            branches.append(answer.branch)
        }
        decoder.step(tokens, branches)
        ended.removeAll(keepingCapacity: true)
        for row in active.indices {
            active[row].branch.count += 1
            switch draw(&active[row], from: decoder.stepScores(row: row)) {
            case .goOn(let token):
                active[row].token = token
                if active[row].branch.position >= contextLength { ended.append((row, .length)) }
            case .ended(let reason): ended.append((row, reason))
            case nil: break
            }
        }
        lastStep = clock.now
        let duration = start.duration(to: lastStep)
        if limits.patience == nil { patience = max(.seconds(1), duration * 8) }
        let taken = duration.milliseconds
        times.steps += 1
        times.stepTokens += active.count
        times.stepMS += taken
        let share = taken / Double(active.count)
        for row in active.indices { active[row].timings.generateMS += share }
        for (row, reason) in ended.reversed() {
            var answer = active.remove(at: row)
            finish(&answer, reason)
        }
        dropFailed()
    }

    /// Chooses an answer's next token; `nil` if that fails, and its picture with it.
    private func draw(
        _ answer: inout ActiveAnswer, from scores: UnsafeBufferPointer<Float>
    ) -> AnswerWriter.Step? {
        do {
            return try answer.writer.step(scores, onToken: { _ in })
        } catch {
            answer.picture.end = .failed(error)
            return nil
        }
    }

    /// Reports an answer that is complete, and its picture's end if it is the last.
    private func finish(_ answer: inout ActiveAnswer, _ reason: FinishReason) {
        let picture = answer.picture
        picture.cost.generateMS = answer.timings.generateMS
        picture.cost.prefillMS += answer.timings.prefillMS
        let generation = Generation(
            text: answer.writer.finish(onToken: { _ in }), finishReason: reason,
            promptTokens: answer.promptTokens, imageTokens: picture.embedding?.tokenCount ?? 0,
            tokens: answer.writer.tokens, timings: picture.cost)
        picture.cost = Timings()
        leave(answer)
        picture.unanswered -= 1
        picture.task.onAnswer(answer.number, generation)
        if picture.unanswered == 0 {
            picture.end = picture.end ?? .complete
            close(picture)
        }
    }

    /// Frees the rows of an answer.
    private func leave(_ answer: ActiveAnswer) {
        if answer.isAtHome {
            answer.picture.isHomeTaken = false
        } else {
            giveBack(answer.branch.rows)
        }
    }

    // MARK: - Ending

    private func dropCancelled() {
        for picture in pictures where picture.end == nil && picture.task.isCancelled() {
            picture.end = .cancelled
        }
        dropFailed()
        if let picture = waiting, picture.task.isCancelled() {
            waiting = nil
            picture.task.onEnd(.cancelled)
        }
    }

    /// Drops the pictures whose work is to end early.
    private func dropFailed() {
        var index = pictures.count - 1
        while index >= 0 {
            if pictures[index].end != nil { drop(pictures[index]) }
            index -= 1
        }
    }

    /// Ends the answers of a picture that is on its way out, and the picture unless it is being read.
    private func drop(_ picture: PictureSequence) {
        var row = active.count - 1
        while row >= 0 {
            if active[row].picture === picture { leave(active.remove(at: row)) }
            row -= 1
        }
        close(picture)
    }

    /// Gives a picture's rows back and reports its end, unless it is being read.
    private func close(_ picture: PictureSequence) {
        guard picture !== reading, let end = picture.end,
            let index = pictures.firstIndex(where: { $0 === picture })
        else { return }
        pictures.remove(at: index)
        giveBack(picture.rows)
        picture.task.onEnd(end)
    }
}
