/// Steps of the answers that are being written, and their ends.
extension Scheduler {
    func stepIfDue() {
        guard !active.isEmpty, lastStep.duration(to: clock.now) >= patience else { return }
        step()
    }

    /// Takes a step of every answer that is being written.
    func step() {
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
        if limits.patience == nil { patience = max(.seconds(1), duration * 24) }
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
    func draw(
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
    func finish(_ answer: inout ActiveAnswer, _ reason: FinishReason) {
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
    func leave(_ answer: ActiveAnswer) {
        if answer.isAtHome {
            answer.picture.isHomeTaken = false
        } else {
            giveBack(answer.branch.rows)
        }
    }
}
