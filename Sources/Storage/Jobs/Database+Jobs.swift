/// What people do with jobs.
extension Database {
    /// How many paths go into one statement: large enough to hide the round trip, small enough
    /// that its locks are short (reliability study, "Ingest").
    static let enqueueBatch = 1000

    /// Makes sure that paths get described.
    ///
    /// An unknown path becomes a new job. A job that is ready, waiting or running gets the union
    /// of the presets. One that is done is opened again if the file's size or time changed, or if
    /// answers are missing for the present preset versions and model. A dead or cancelled one is
    /// opened again if the file changed or a preset is wanted that was not before.
    ///
    /// - Parameters:
    ///   - jobs: The paths, in any order and number.
    ///   - presets: The presets wanted by name; empty means the default preset.
    ///   - priority: Of new and reopened jobs; smaller runs first.
    /// - Returns: How many were added and known.
    /// - Throws: `StorageError`; may be repeated. Batches before the failing one are stored.
    public func enqueue(
        _ jobs: [NewJob], presets: [String] = [], priority: Int = 100
    ) throws(StorageError) -> EnqueueCount {
        var total = EnqueueCount()
        total.jobIDs.reserveCapacity(jobs.count)
        var start = jobs.startIndex
        while start < jobs.endIndex {
            let end = min(start + Self.enqueueBatch, jobs.endIndex)
            let batch = jobs[start..<end]
            let row = try run(
                Statement(
                    "enqueue",
                    """
                    SELECT added, known, job_ids
                    FROM llava.enqueue($1, $2, $3, $4, $5::int)
                    """,
                    [
                        .texts(batch.map(\.path)), .integers(batch.map(\.size)),
                        .integers(batch.map(\.modificationNanoseconds)), .texts(presets),
                        .integer(Int64(priority)),
                    ])
            ).only()
            total.added += try row.integer("added", as: Int.self)
            total.known += try row.integer("known", as: Int.self)
            total.jobIDs += try row.integers("job_ids", as: Int64.self)
            start = end
        }
        total.jobIDs.sort()
        return total
    }

    /// Jobs, in ascending order of id.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - after: Only jobs with a larger id: the last one of the page before.
    ///   - limit: How many at most.
    ///   - newestFirst: Descending order instead; `after` then means smaller ids.
    /// - Returns: The jobs.
    /// - Throws: `StorageError`.
    public func jobs(
        _ filter: JobFilter = .all, after: Int64? = nil, limit: Int = 1000,
        newestFirst: Bool = false
    ) throws(StorageError) -> [JobRow] {
        var conditions = JobConditions(filter)
        if let after { conditions.add(newestFirst ? "j.id <" : "j.id >", .integer(after)) }
        let limit = conditions.parameter(.integer(Int64(limit)))
        let order = newestFirst ? "DESC" : "ASC"
        return try run(
            Statement(
                "jobs",
                """
                SELECT \(JobRow.columns) FROM llava.job j
                LEFT JOIN llava.image i ON i.image_id = j.image_id
                WHERE \(conditions.sql) ORDER BY j.id \(order) LIMIT \(limit)
                """, conditions.parameters)
        ).map { row throws(StorageError) in try JobRow(row) }
    }

    /// One job.
    ///
    /// - Parameter id: The job.
    /// - Returns: The job, or `nil` if there is none.
    /// - Throws: `StorageError`.
    public func job(_ id: Int64) throws(StorageError) -> JobRow? {
        try jobs(JobFilter(ids: [id])).first
    }

    /// How many jobs stand where.
    ///
    /// - Parameter filter: Which jobs.
    /// - Returns: The counts.
    /// - Throws: `StorageError`.
    public func counts(_ filter: JobFilter = .all) throws(StorageError) -> StateCounts {
        let conditions = JobConditions(filter)
        let result = try run(
            Statement(
                "counts",
                """
                SELECT j.state, count(*) AS jobs FROM llava.job j
                WHERE \(conditions.sql) GROUP BY j.state
                """, conditions.parameters))
        var counts: [JobState: Int] = [:]
        for row in try result.map({ $0 }) {
            if let state = JobState(rawValue: try row.text("state")) {
                counts[state] = try row.integer("jobs")
            }
        }
        return StateCounts(counts)
    }

    /// The state of the whole queue.
    ///
    /// - Returns: Counts, rates and pauses.
    /// - Throws: `StorageError`.
    public func status() throws(StorageError) -> QueueStatus {
        let row = try run(
            Statement(
                "status",
                """
                SELECT done_last_minute, done_last_10_minutes, oldest_ready_s,
                    ARRAY(SELECT host FROM llava.pause ORDER BY host) AS paused
                FROM llava.progress
                """)
        ).only()
        let failures = try run(
            Statement(
                "failures",
                """
                SELECT coalesce(failure_class, 'unknown') AS class, count(*) AS jobs
                FROM llava.job WHERE state = 'dead' GROUP BY 1
                """))
        var byClass: [String: Int] = [:]
        for row in try failures.map({ $0 }) {
            byClass[try row.text("class")] = try row.integer("jobs", as: Int.self)
        }
        return QueueStatus(
            counts: try counts(), failures: byClass,
            doneLastMinute: try row.integer("done_last_minute"),
            doneLastTenMinutes: try row.integer("done_last_10_minutes"),
            oldestReadySeconds: try row.doubleIfPresent("oldest_ready_s"),
            pausedHosts: try row.texts("paused"))
    }

    /// Opens dead and cancelled jobs again, and makes waiting ones ready now.
    ///
    /// - Parameter filter: Which; jobs in other states are left alone.
    /// - Returns: How many are ready now that were not.
    /// - Throws: `StorageError`.
    public func retry(_ filter: JobFilter) throws(StorageError) -> Int {
        let conditions = JobConditions(filter)
        return try run(
            Statement(
                "retry",
                """
                WITH chosen AS MATERIALIZED (
                    SELECT j.id FROM llava.job j
                    WHERE j.state IN ('dead', 'cancelled', 'waiting') AND (\(conditions.sql))
                    ORDER BY j.id FOR UPDATE),
                opened AS (
                    UPDATE llava.job j SET state = 'ready', attempts = 0, crashes = 0,
                        cancel = false, finished_at = NULL, run_at = now()
                    FROM chosen WHERE j.id = chosen.id RETURNING 1)
                SELECT count(*) AS jobs, pg_notify('llava_job', '') FROM opened
                """, conditions.parameters)
        ).only().integer("jobs")
    }

    /// Withdraws jobs: ready and waiting ones at once, running ones at their next answer.
    ///
    /// - Parameter filter: Which; jobs that are over are left alone.
    /// - Returns: How many were withdrawn or asked to stop.
    /// - Throws: `StorageError`.
    public func cancel(_ filter: JobFilter) throws(StorageError) -> Int {
        let conditions = JobConditions(filter)
        return try run(
            Statement(
                "cancel",
                """
                WITH chosen AS MATERIALIZED (
                    SELECT j.id FROM llava.job j
                    WHERE j.state IN ('ready', 'waiting', 'running') AND (\(conditions.sql))
                    ORDER BY j.id FOR UPDATE),
                stopped AS (
                    UPDATE llava.job j SET cancel = (j.state = 'running'),
                        state = CASE j.state WHEN 'running' THEN j.state ELSE 'cancelled' END,
                        failure_class = CASE j.state WHEN 'running' THEN j.failure_class
                            ELSE 'cancelled' END,
                        finished_at = CASE j.state WHEN 'running' THEN NULL ELSE now() END
                    FROM chosen WHERE j.id = chosen.id RETURNING 1)
                SELECT count(*) AS jobs, pg_notify('llava_control', '') FROM stopped
                """, conditions.parameters)
        ).only().integer("jobs")
    }
}

extension JobRow {
    /// The columns `init(_:)` reads, from `llava.job j` and `llava.image i`.
    static let columns = """
        j.id, j.path, j.presets, j.priority, j.state, j.attempts, j.crashes, j.failure_class,
        j.last_error, extract(epoch FROM j.created_at) AS created,
        extract(epoch FROM j.finished_at) AS finished,
        extract(epoch FROM j.claimed_at) AS claimed, extract(epoch FROM j.run_at) AS run,
        j.fence, j.owner, j.cancel, encode(i.sha256, 'hex') AS sha256, j.size
        """

    /// Reads a row of `columns`.
    init(_ row: PostgresRow) throws(StorageError) {
        let text = try row.text("state")
        guard let state = JobState(rawValue: text) else {
            throw StorageError(.value, "a job has the unknown state '\(text)'")
        }
        self.init(
            id: try row.integer("id"), path: try row.text("path"),
            presets: try row.texts("presets"), priority: try row.integer("priority"), state: state,
            attempts: try row.integer("attempts"), crashes: try row.integer("crashes"),
            failureClass: try row.textIfPresent("failure_class"),
            lastError: try row.textIfPresent("last_error"), createdAt: try row.date("created"),
            finishedAt: try row.dateIfPresent("finished"),
            claimedAt: try row.dateIfPresent("claimed"), runAt: try row.date("run"),
            fence: try row.integer("fence"), owner: try row.integerIfPresent("owner"),
            isCancelRequested: try row.bool("cancel"), sha256: try row.textIfPresent("sha256"),
            size: try row.integerIfPresent("size"))
    }
}
