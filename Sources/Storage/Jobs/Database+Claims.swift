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
        try identify([FoundPicture(job: job, fence: fence, sha256: sha256, stamp: stamp)])[0]
    }

    /// Tells which pictures the paths of several jobs hold, in one transaction, and learns what is
    /// missing; see `identify(job:fence:sha256:stamp:)`.
    ///
    /// Unlike a beat, this waits for the disk like any write: an answer is stored under what was
    /// identified, and the blame for a picture that takes the whole machine down must outlive it.
    ///
    /// - Parameter pictures: What was found for each job.
    /// - Returns: The unanswered questions of each, or why to stop, in the same order.
    /// - Throws: `StorageError`; may be repeated.
    public func identify(
        _ pictures: [FoundPicture]
    ) throws(StorageError) -> [Identification] {
        let result = try run(
            Statement(
                "identify",
                """
                SELECT place, outcome, preset_id, questions
                FROM llava.identify_many($1, $2, $3, $4, $5)
                """,
                [
                    .integers(pictures.map(\.job)), .integers(pictures.map(\.fence)),
                    .byteStrings(pictures.map(\.sha256)), .integers(pictures.map(\.stamp.size)),
                    .integers(pictures.map(\.stamp.modificationNanoseconds)),
                ]))
        var replies = [Identification?](repeating: nil, count: pictures.count)
        for row in try result.map({ $0 }) {
            let place: Int = try row.integer("place")
            guard replies.indices.contains(place - 1) else {
                throw StorageError(.value, "llava.identify_many gave a place \(place)")
            }
            switch try row.text("outcome") {
            case "missing":
                let part = MissingAnswers(
                    presetID: try row.integer("preset_id"), questions: try row.texts("questions"))
                if case .missing(let parts) = replies[place - 1] {
                    replies[place - 1] = .missing(parts + [part])
                } else {
                    replies[place - 1] = .missing([part])
                }
            case "complete": replies[place - 1] = .missing([])
            case "stale": replies[place - 1] = .stale
            case "cancel": replies[place - 1] = .cancelled
            case "gone": replies[place - 1] = .gone
            case let other:
                throw StorageError(
                    .value,
                    "llava.identify_many gave '\(other)', which this program does not know")
            }
        }
        let complete = replies.compactMap(\.self)
        guard complete.count == pictures.count else {
            throw StorageError(
                .value,
                "\(complete.count) replies came back for the pictures of \(pictures.count) jobs")
        }
        return complete
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
        try put([JobAnswers(job: job, fence: fence, answers: answers, isFinal: isFinal)])[0]
    }

    /// Stores the answers of several jobs in one transaction, all of them or none.
    ///
    /// - Parameter jobs: What to store for each; a job may be there once.
    /// - Returns: What became of each, in the same order.
    /// - Throws: `StorageError`; may be repeated, also when it is not known whether it was done.
    public func put(_ jobs: [JobAnswers]) throws(StorageError) -> [PutOutcome] {
        let outcomes = try run(
            Statement(
                "put", "SELECT outcome FROM llava.put_many($1) ORDER BY place",
                [.json(try AnswerJSON.encode(jobs))])
        ).map { row throws(StorageError) in
            let text = try row.text("outcome")
            guard let outcome = PutOutcome(rawValue: text) else {
                throw StorageError(
                    .value, "llava.put_many gave '\(text)', which this program does not know")
            }
            return outcome
        }
        guard outcomes.count == jobs.count else {
            throw StorageError(
                .value,
                "\(outcomes.count) outcomes came back for the answers of \(jobs.count) jobs")
        }
        return outcomes
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
