/// Taking pictures, looking at them, and reading their prompts.
extension Scheduler {
    /// Reads until the batch is full or nothing waits that there is room for.
    func fill(from next: (_ waits: Bool) -> PictureTask?) {
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
    func nextPlace() -> (PictureSequence, Range<Int>)? {
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
    func take(_ length: Int) -> Range<Int>? {
        let isWithin = Self.prefixRows + rows.used + length <= budgetRows
        guard isWithin || rows.used == 0, let run = rows.take(length) else { return nil }
        return run.lowerBound + Self.prefixRows..<run.upperBound + Self.prefixRows
    }

    func giveBack(_ run: Range<Int>) {
        rows.giveBack(run.lowerBound - Self.prefixRows..<run.upperBound - Self.prefixRows)
    }

    /// Sends a picture through the vision tower and prepares its questions.
    func look(at task: PictureTask) {
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
    func begin(_ picture: PictureSequence) -> Bool {
        guard let run = take(picture.neededRows) else { return false }
        waiting = nil
        picture.place(in: run)
        pictures.append(picture)
        picture.cost.prefillMS = read(picture.sharedChunks, of: picture) ?? 0
        return true
    }

    /// Reads a question and draws the first token of its answer.
    func readQuestion(of picture: PictureSequence, into place: Range<Int>) {
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
        guard let cost = read(tail, of: picture, givesScores: true) else { return leave(answer) }
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
    /// - Parameters:
    ///   - chunks: The chunks, which follow what was read.
    ///   - picture: The picture.
    ///   - givesScores: Whether the scores after the last row are wanted.
    /// - Returns: What it cost in milliseconds; `nil` if the picture is on its way out.
    func read(
        _ chunks: ArraySlice<PromptChunk>, of picture: PictureSequence, givesScores: Bool = false
    ) -> Double? {
        let (start, stepped) = (clock.now, times.stepMS)
        reading = picture
        for (index, chunk) in zip(chunks.indices, chunks) where picture.end == nil {
            guard !copyPrefix(chunk, to: picture) else { continue }
            let isRead = decoder.append(
                chunk.input(picture.embedding), to: picture.prompt, phase: .prompt,
                givesScores: givesScores && index == chunks.endIndex - 1,
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
    func copyPrefix(_ chunk: PromptChunk, to picture: PictureSequence) -> Bool {
        guard picture.prompt.count == 0, case .tokens(let ids) = chunk, !ids.isEmpty,
            ids == prefix
        else { return false }
        decoder.cache.copy(0..<ids.count, to: picture.prompt.rows.lowerBound)
        picture.advance(by: ids.count)
        return true
    }

    /// Keeps the text before a picture, once.
    func keepPrefix(_ chunk: PromptChunk, of picture: PictureSequence) {
        guard limits.keepsPrefix, prefix.isEmpty, picture.embedding != nil,
            picture.prompt.count == chunk.count, case .tokens(let ids) = chunk,
            ids.count <= Self.prefixRows
        else { return }
        decoder.cache.copy(picture.prompt.filled, to: 0)
        prefix = ids
    }

    /// Milliseconds since a moment, without those of steps of other answers.
    func elapsed(since start: ContinuousClock.Instant, _ steppedBefore: Double) -> Double {
        start.duration(to: clock.now).milliseconds - (times.stepMS - steppedBefore)
    }
}
