/// Taking pictures, looking at them, and reading their prompts.
extension Scheduler {
    /// Reads until the batch is full or nothing waits that there is room for.
    func fill(from next: (_ waits: Bool) -> PictureTask?) {
        while active.count < limits.batch {
            if let (picture, places) = nextPlaces() {
                readQuestions(of: picture, into: places)
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

    /// The oldest picture with a question that there is room for, and that room; several rooms if the
    /// questions after it may be read beside it, and there is room for these as well.
    func nextPlaces() -> (PictureSequence, [Range<Int>])? {
        for picture in pictures {
            guard let first = nextPlace(for: picture, question: picture.nextQuestion) else {
                continue
            }
            var places = [first]
            var positions = shortTail(of: picture, question: picture.nextQuestion)?.count
            while active.count + places.count < limits.batch, let together = positions {
                let question = picture.nextQuestion + places.count
                guard let tail = shortTail(of: picture, question: question),
                    together + tail.count <= LlamaDecoder.chunkRows,
                    let place = nextPlace(for: picture, question: question)
                else { break }
                places.append(place)
                positions = together + tail.count
            }
            return (picture, places)
        }
        return nil
    }

    /// Room for the rest of a question and its answer, if the question waits and there is room.
    private func nextPlace(for picture: PictureSequence, question number: Int) -> Range<Int>? {
        guard picture.end == nil, number < picture.questions.count else { return nil }
        let question = picture.questions[number]
        let length = question.mostPositions(contextLength: contextLength) - picture.sharedPositions
        if !picture.isHomeTaken {
            picture.isHomeTaken = true
            return picture.home.prefix(length)
        }
        return take(length)
    }

    /// What of a question follows what its picture's questions share, if that may be read beside others.
    private func shortTail(
        of picture: PictureSequence, question number: Int
    ) -> ArraySlice<TokenID>? {
        guard number < picture.questions.count else { return nil }
        let tail = picture.questions[number].chunks[picture.sharedChunks.count...]
        guard tail.count == 1, case .tokens(let ids)? = tail.first,
            decoder.mayRead(sideBySide: ids.count)
        else { return nil }
        return ids
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

    /// Reads the next questions and draws the first token of each answer.
    ///
    /// - Parameters:
    ///   - picture: Whose.
    ///   - places: The rows of each answer: one, or several for questions that may be read side by side.
    func readQuestions(of picture: PictureSequence, into places: [Range<Int>]) {
        let prefix = picture.prompt.filled
        var answers = places.map { place in
            let number = picture.nextQuestion
            let question = picture.questions[number]
            picture.nextQuestion += 1
            return ActiveAnswer(
                picture: picture, number: number,
                branch: Branch(
                    prefix: prefix, rows: place, count: question.positions - prefix.count),
                writer: AnswerWriter(
                    to: question.segments, options: question.options, tokenizer: model.tokenizer),
                token: 0)
        }
        defer { picture.keepShared() }
        guard let cost = answers.count == 1 ? readAlone(answers[0]) : readSideBySide(answers) else {
            for answer in answers { leave(answer) }
            return
        }
        if active.isEmpty { lastStep = clock.now }
        for index in answers.indices {
            answers[index].timings.prefillMS = cost / Double(answers.count)
            begin(&answers[index], from: decoder.stepScores(row: index))
        }
        if picture.end != nil { drop(picture) }
    }

    /// Draws an answer's first token; one that goes on takes part in the next step.
    private func begin(_ answer: inout ActiveAnswer, from scores: UnsafeBufferPointer<Float>) {
        guard answer.picture.end == nil else { return leave(answer) }
        switch draw(&answer, from: scores) {
        case .goOn(let token):
            answer.token = token
            active.append(answer)
        case .ended(let reason): finish(&answer, reason)
        case nil: leave(answer)
        }
    }

    /// Reads the rest of a question behind its picture and copies it to the answer's rows.
    ///
    /// - Returns: What it cost in milliseconds; `nil` if the picture is on its way out.
    private func readAlone(_ answer: ActiveAnswer) -> Double? {
        let picture = answer.picture
        let tail = picture.questions[answer.number].chunks[picture.sharedChunks.count...]
        guard let cost = read(tail, of: picture, givesScores: true) else { return nil }
        decoder.logits(row: tail[tail.endIndex - 1].count - 1)
        let rest = answer.branch.prefix.upperBound
        decoder.cache.copy(rest..<rest + answer.branch.count, to: answer.branch.rows.lowerBound)
        return cost
    }

    /// Reads the rests of several questions, each of one chunk, to the answers' rows.
    ///
    /// - Returns: What it cost in milliseconds; `nil` if the picture is on its way out.
    private func readSideBySide(_ answers: [ActiveAnswer]) -> Double? {
        let picture = answers[0].picture
        let (start, stepped) = (clock.now, times.stepMS)
        let tails = answers.compactMap { answer in
            shortTail(of: picture, question: answer.number).map {
                (tokens: $0, place: answer.branch.rows.lowerBound)
            }
        }
        precondition(tails.count == answers.count, "a question that cannot be read beside others")
        reading = picture
        let isRead = decoder.read(
            tails, after: picture.prompt, isCancelled: { isLeaving(picture) })
        reading = nil
        let cost = elapsed(since: start, stepped)
        times.readMS += cost
        guard isRead else {
            drop(picture)
            return nil
        }
        times.readPositions += tails.reduce(0) { $0 + $1.tokens.count }
        return cost
    }

    /// Asked between two layers of what is read of a picture: whether to end; others may take a step.
    private func isLeaving(_ picture: PictureSequence) -> Bool {
        stepIfDue()
        if picture.end == nil, picture.task.isCancelled() { picture.end = .cancelled }
        return picture.end != nil
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
                isCancelled: { isLeaving(picture) })
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
