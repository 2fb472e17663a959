internal import FoundationEssentials

/// What daemons do with jobs. Every write names the job and the fence of its claim.
extension Database {
    /// Claims ready jobs, smallest priority first, then oldest; never more than can start soon,
    /// for what is claimed early is stranded if this process dies.
    ///
    /// - Parameters:
    ///   - epoch: This daemon, from `registerDaemon`.
    ///   - limit: How many at most.
    /// - Returns: The jobs, none when the daemon is paused or written off.
    /// - Throws: `StorageError`.
    public func claim(epoch: Int64, limit: Int) throws(StorageError) -> [ClaimedJob] {
        let result = try run(
            Statement(
                "claim",
                """
                SELECT id, fence, path, preset_ids, unknown_presets, crashes, attempts
                FROM llava.claim($1, $2::int)
                """, [.integer(epoch), .integer(Int64(limit))]))
        let rows = try result.map { row throws(StorageError) in
            (row, try row.integers("preset_ids", as: Int32.self))
        }
        try fetchPresets(Set(rows.flatMap(\.1)))
        var jobs: [ClaimedJob] = []
        for (row, presetIDs) in rows {
            jobs.append(
                ClaimedJob(
                    id: try row.integer("id"), fence: try row.integer("fence"),
                    path: try row.text("path"), presets: presetIDs.compactMap { presetCache[$0] },
                    unknownPresets: try row.texts("unknown_presets"),
                    crashes: try row.integer("crashes"), attempts: try row.integer("attempts")))
        }
        return jobs
    }

    /// Tells which picture a job's path holds, and learns what is missing.
    ///
    /// Called once the bytes have been read; from here on the death of this worker is counted
    /// against the job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - fence: The claim's fence.
    ///   - sha256: The SHA-256 of the bytes read, 32 bytes.
    ///   - stamp: The file's size and modification time as read.
    /// - Returns: The unanswered questions, or why to stop.
    /// - Throws: `StorageError`; may be repeated.
    public func identify(
        job: Int64, fence: Int64, sha256: [UInt8], stamp: FileStamp
    ) throws(StorageError) -> Identification {
        let result = try run(
            Statement(
                "identify",
                "SELECT outcome, preset_id, questions FROM llava.identify($1, $2, $3, $4, $5)",
                [
                    .integer(job), .integer(fence), .bytes(sha256), .integer(stamp.size),
                    .integer(stamp.modificationNanoseconds),
                ]))
        var missing: [MissingAnswers] = []
        for row in try result.map({ $0 }) {
            switch try row.text("outcome") {
            case "missing":
                missing.append(
                    MissingAnswers(
                        presetID: try row.integer("preset_id"),
                        questions: try row.texts("questions")))
            case "stale": return .stale
            case "cancel": return .cancelled
            case "gone": return .gone
            default: continue
            }
        }
        return .missing(missing)
    }

    /// Stores answers, all of them or none; with `isFinal` also finishes the job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - fence: The claim's fence.
    ///   - answers: What to store; an answer that is there already stays as it is.
    ///   - isFinal: Whether the worker is through with the job.
    /// - Returns: What became of it.
    /// - Throws: `StorageError`; may be repeated, also when it is not known whether it was done.
    public func put(
        job: Int64, fence: Int64, answers: [NewAnswer], final isFinal: Bool
    ) throws(StorageError) -> PutOutcome {
        let result = try run(
            Statement(
                "put", "SELECT llava.put($1, $2, $3, $4) AS outcome",
                [
                    .integer(job), .integer(fence), .json(try AnswerJSON.encode(answers)),
                    .bool(isFinal),
                ]))
        return try Self.outcome(try result.only().text("outcome"))
    }

    /// Stores the answers of several jobs in one transaction, all of them or none.
    ///
    /// - Parameter jobs: What to store for each.
    /// - Returns: What became of each, in the same order.
    /// - Throws: `StorageError`; may be repeated, also when it is not known whether it was done.
    public func put(_ jobs: [JobAnswers]) throws(StorageError) -> [PutOutcome] {
        // Sorted, so that two daemons never lock the same rows in different orders.
        let order = jobs.indices.sorted { jobs[$0].job < jobs[$1].job }
        let result = try run(
            Statement(
                "puts",
                """
                SELECT llava.put(x.job, x.fence, x.answers, x.is_final) AS outcome
                FROM jsonb_to_recordset($1)
                    AS x (job bigint, fence bigint, answers jsonb, is_final boolean)
                """, [.json(try AnswerJSON.encode(order.map { jobs[$0] }))]))
        var outcomes = [PutOutcome](repeating: .gone, count: jobs.count)
        let texts = try result.map { row throws(StorageError) in try row.text("outcome") }
        guard texts.count == jobs.count else {
            throw StorageError(
                .value, "\(texts.count) outcomes came back for the answers of \(jobs.count) jobs")
        }
        for (place, text) in zip(order, texts) { outcomes[place] = try Self.outcome(text) }
        return outcomes
    }

    private static func outcome(_ text: String) throws(StorageError) -> PutOutcome {
        guard let outcome = PutOutcome(rawValue: text) else {
            throw StorageError(.value, "llava.put gave '\(text)', which this program does not know")
        }
        return outcome
    }

    /// Gives a job back unfinished; answers stored before stay.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - fence: The claim's fence.
    ///   - how: Released, to be retried, or dead.
    ///   - failureClass: One of the failure classes, such as `unreadable`.
    ///   - error: A sentence for the person who looks at the job.
    ///   - maxAttempts: After how many attempts a retry is dead; `nil` takes the job's own, 5.
    /// - Returns: The job's state now, or `nil` if the claim was not ours any more.
    /// - Throws: `StorageError`; may be repeated.
    public func giveBack(
        job: Int64, fence: Int64, how: GiveBack, failureClass: String? = nil,
        error: String? = nil, maxAttempts: Int? = nil
    ) throws(StorageError) -> JobState? {
        let result = try run(
            Statement(
                "giveback", "SELECT llava.giveback($1, $2, $3, $4, $5, $6::int) AS state",
                [
                    .integer(job), .integer(fence), .text(how.rawValue), .text(failureClass),
                    .text(error), .integer(maxAttempts.map(Int64.init)),
                ]))
        return JobState(rawValue: try result.only().text("state"))
    }
}
