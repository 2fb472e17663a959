/// Answers, as `llava.result` and `llava.search` give them.
extension Database {
    /// Answers by path, preset and question.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - limit: How many at most; for more, see `resultBatches`.
    /// - Returns: The answers.
    /// - Throws: `StorageError`.
    public func results(
        _ filter: ResultFilter = .all, limit: Int = 1000
    ) throws(StorageError) -> [ResultRow] {
        var conditions = ResultConditions(filter)
        let limit = conditions.parameter(.integer(Int64(limit)))
        return try run(
            Statement(
                "results", ResultRow.select(where: conditions.sql) + " LIMIT \(limit)",
                conditions.parameters)
        ).map { row throws(StorageError) in try ResultRow(row) }
    }

    /// All answers of a filter in pieces, so that any number of them fits into memory.
    ///
    /// The set is fixed when the first piece is asked for.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - size: How many a piece.
    /// - Returns: The pieces, none of them empty.
    public nonisolated func resultBatches(
        _ filter: ResultFilter = .all, size: Int = 1000
    ) -> ResultBatches {
        ResultBatches(database: self, filter: filter, size: size)
    }

    /// Full-text search over the answers about the pictures now at their paths.
    ///
    /// - Parameters:
    ///   - text: The query as in web search engines: words, "phrases", OR, -not.
    ///   - limit: How many at most.
    /// - Returns: The answers that match, best first.
    /// - Throws: `StorageError`.
    public func search(_ text: String, limit: Int = 50) throws(StorageError) -> [SearchHit] {
        try run(
            Statement(
                "search",
                """
                SELECT path, preset, question, answer, rank, headline, model, job_id
                FROM llava.search($1, $2::int)
                """, [.text(text), .integer(Int64(limit))])
        ).map { row throws(StorageError) in
            SearchHit(
                path: try row.text("path"), preset: try row.text("preset"),
                question: try row.text("question"), answer: try row.text("answer"),
                rank: try row.floatIfPresent("rank") ?? 0, headline: try row.text("headline"),
                model: try row.text("model"), jobID: try row.integer("job_id"))
        }
    }

    // MARK: For ResultBatches

    /// Opens a cursor; `WITH HOLD` makes the server keep the rows aside, so that no transaction
    /// stays open between pieces and holds up vacuuming.
    func openCursor(_ name: String, _ filter: ResultFilter) throws(StorageError) {
        let conditions = ResultConditions(filter)
        _ = try run(
            Statement(
                "open results",
                "DECLARE \(name) NO SCROLL CURSOR WITH HOLD FOR "
                    + ResultRow.select(where: conditions.sql), conditions.parameters))
    }

    /// The next rows of a cursor; none at the end.
    func fetch(_ name: String, _ size: Int) throws(StorageError) -> [ResultRow] {
        try run(
            Statement("fetch results", "FETCH \(size) FROM \(name)")
        ).map { row throws(StorageError) in try ResultRow(row) }
    }

    /// Frees a cursor.
    func closeCursor(_ name: String) throws(StorageError) {
        _ = try run(Statement("close results", "CLOSE \(name)"))
    }
}

extension ResultRow {
    /// A SELECT on `llava.result` that `init(_:)` reads, in the order people expect.
    static func select(where condition: String) -> String {
        """
        SELECT r.path, r.sha256, r.preset, r.preset_version, r.question, r.answer, r.data,
            r.confidence, r.finish_reason, r.model, r.tokens, r.duration_ms,
            extract(epoch FROM r.created_at) AS created, r.job_id
        FROM llava.result r WHERE \(condition)
        ORDER BY r.path, r.preset, r.preset_version, r.question, r.model
        """
    }

    /// Reads a row of `select(where:)`.
    init(_ row: PostgresRow) throws(StorageError) {
        self.init(
            path: try row.text("path"), sha256: try row.text("sha256"),
            preset: try row.text("preset"), presetVersion: try row.integer("preset_version"),
            question: try row.text("question"), answer: try row.text("answer"),
            data: try row.textIfPresent("data"),
            confidence: try row.floatIfPresent("confidence"),
            finishReason: try row.text("finish_reason"), model: try row.text("model"),
            tokens: try row.integer("tokens"), durationMS: try row.integer("duration_ms"),
            createdAt: try row.date("created"), jobID: try row.integer("job_id"))
    }
}
