import FoundationEssentials
import Testing

@testable import Storage

@Suite struct ResultTests {
    /// A database with three described pictures.
    private func described() async throws -> Database {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: ["/p/a.jpg", "/p/b.jpg", "/p/sub/c.jpg"])
        let texts = ["two red circles on a table", "a blue square", "a dog runs past red cars"]
        for (index, text) in texts.enumerated() {
            let job = try await database.claimAndIdentify(epoch, content: UInt8(index))
            #expect(try await database.finish(job, text: text) == .done)
        }
        return database
    }

    @Test func theViewHasTheContractsColumns() async throws {
        let database = try await TestServer.database()
        let columns = try await database.column(
            """
            SELECT column_name || ' ' || udt_name FROM information_schema.columns
            WHERE table_schema = 'llava' AND table_name = 'result' ORDER BY ordinal_position
            """)
        #expect(
            columns == [
                "path text", "sha256 text", "preset text", "preset_version int4", "question text",
                "answer text", "data jsonb", "confidence float4", "finish_reason text",
                "model text", "tokens int4", "duration_ms int4", "created_at timestamptz",
                "job_id int8",
            ])
        await database.close()
    }

    @Test func everyTableAndColumnIsExplained() async throws {
        let database = try await TestServer.database()
        let unexplained = try await database.column(
            """
            SELECT c.relname || '.' || a.attname FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = 'llava'::regnamespace AND c.relkind IN ('r', 'v')
                AND c.relname <> 'progress' AND col_description(c.oid, a.attnum) IS NULL
            UNION ALL SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = 'llava'::regnamespace AND c.relkind IN ('r', 'v')
                AND obj_description(c.oid) IS NULL
            UNION ALL SELECT p.proname FROM pg_proc p
            WHERE p.pronamespace = 'llava'::regnamespace AND obj_description(p.oid) IS NULL
            """)
        #expect(unexplained == [])
        await database.close()
    }

    @Test func searchFindsWordsInAnyFormAndRanks() async throws {
        let database = try await described()
        let hits = try await database.search("red circle")
        #expect(hits.map(\.path) == ["/p/a.jpg"])
        #expect(hits[0].headline.contains("«red» «circles»"))
        #expect(hits[0].rank > 0 && hits[0].preset == "brief" && hits[0].question == "caption")
        #expect(Set(try await database.search("red").map(\.path)) == ["/p/a.jpg", "/p/sub/c.jpg"])
        #expect(try await database.search("red -car").map(\.path) == ["/p/a.jpg"])
        #expect(try await database.search("square OR running").count == 2)
        #expect(try await database.search(#""blue square""#).map(\.path) == ["/p/b.jpg"])
        for nonsense in ["", "'", "((", "the", "\u{0}", "& | !"] {
            #expect(try await database.search(nonsense).isEmpty)
        }
        // As people call it.
        #expect(
            try await database.column("SELECT path FROM llava.search('dogs')") == ["/p/sub/c.jpg"])
        await database.close()
    }

    @Test func filtersNarrow() async throws {
        let database = try await described()
        func paths(_ filter: ResultFilter) async throws -> [String] {
            try await database.results(filter).map(\.path)
        }
        #expect(try await paths(.all).count == 3)
        #expect(try await paths(ResultFilter(paths: ["/p/b.jpg"])) == ["/p/b.jpg"])
        #expect(try await paths(ResultFilter(folder: "/p/sub/")) == ["/p/sub/c.jpg"])
        #expect(try await paths(ResultFilter(folder: "/p/su")) == [])
        #expect(try await paths(ResultFilter(folder: "/")).count == 3)
        #expect(try await paths(ResultFilter(jobIDs: [1, 3])).count == 2)
        #expect(try await paths(ResultFilter(presets: ["tags"])) == [])
        #expect(try await paths(ResultFilter(questions: ["caption"])).count == 3)
        #expect(try await paths(ResultFilter(since: Date(timeIntervalSinceNow: 3600))) == [])
        #expect(try await paths(ResultFilter(latestVersionsOnly: true)).count == 3)
        try await database.addTestPreset(questions: ["caption", "more"])
        #expect(try await paths(ResultFilter(latestVersionsOnly: true)) == [])
        #expect(
            try await database.jobs(JobFilter(folder: "/p/sub")).map(\.path) == ["/p/sub/c.jpg"])
        #expect(try await database.counts(JobFilter(ids: [1, 2])).finished == 2)
        #expect(try await database.jobs(after: 1, limit: 1).map(\.id) == [2])
        #expect(try await database.jobs(limit: 1, newestFirst: true).map(\.id) == [3])
        // As if they had ended now, however long this test has been kept waiting.
        try await database.execute("UPDATE llava.job SET finished_at = now() WHERE state = 'done'")
        #expect(try await database.status().doneLastMinute == 3)
        await database.close()
    }

    @Test func batchesGiveEverythingOnceWhileOthersWrite() async throws {
        let database = try await described()
        var seen: [[String]] = []
        for try await batch in database.resultBatches(ResultFilter(folder: "/p"), size: 2) {
            seen.append(batch.map(\.path))
            // No transaction is open between pieces: other calls work, and errors do no harm.
            _ = try await database.enqueue([NewJob(path: "/p/new.jpg")])
            await #expect(throws: StorageError.self) { try await database.execute("nonsense") }
        }
        #expect(seen == [["/p/a.jpg", "/p/b.jpg"], ["/p/sub/c.jpg"]])
        // But for the one that this very query runs in.
        let cursors = "SELECT count(*) FROM pg_cursors WHERE name <> ''"
        #expect(try await database.column(cursors) == ["0"])
        await database.close()
    }

    @Test func presetsAreVersionedAndNeverChange() async throws {
        let database = try await TestServer.database()
        let first = try await database.addTestPreset(isDefault: true)
        #expect(first.version == 1 && first.isDefault && first.questions == ["caption"])
        #expect(try await database.addTestPreset() == first)
        let second = try await database.addTestPreset(questions: ["caption", "more"])
        #expect(second.version == 2 && second.isDefault)
        try await database.addTestPreset("tags", questions: ["tags"], isDefault: true)
        let latest = try await database.presets()
        #expect(latest.map(\.name) == ["brief", "tags"])
        #expect(latest.map(\.version) == [2, 1])
        #expect(latest.map(\.isDefault) == [false, true])
        #expect(try await database.presets(allVersions: true).count == 3)
        let error = await #expect(throws: StorageError.self) {
            try await database.execute("UPDATE llava.preset SET body = '{}'")
        }
        #expect(error?.message.contains("never changes") == true)
        await database.close()
    }

    @Test func watchedFoldersAreKept() async throws {
        let database = try await TestServer.database()
        #expect(try await database.addWatch(path: "/p", include: ["*.jpg"]))
        #expect(try await database.addWatch(path: "/p", presets: ["tags"]) == false)
        let row = try #require(try await database.watches().first)
        #expect(row.path == "/p" && row.presets == ["tags"] && row.include == [])
        #expect(try await database.removeWatch(path: "/p"))
        #expect(try await database.removeWatch(path: "/p") == false)
        await database.close()
    }
}
