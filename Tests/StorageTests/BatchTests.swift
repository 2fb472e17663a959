import FoundationEssentials
import Testing

@testable import Storage

/// Many jobs in one statement, as a daemon with several lanes sends them.
@Suite struct BatchTests {
    private static let stamp = FileStamp(size: 9, modificationNanoseconds: 9)

    private static func picture(
        _ job: ClaimedJob, _ content: UInt8, stamp: FileStamp = stamp
    ) -> FoundPicture {
        FoundPicture(
            job: job.id, fence: job.fence, sha256: [UInt8](repeating: content, count: 32),
            stamp: stamp)
    }

    private static func answers(_ job: ClaimedJob, _ text: String = "it") -> JobAnswers {
        JobAnswers(
            job: job.id, fence: job.fence,
            answers: job.presets.flatMap { preset in
                preset.questions.map {
                    NewAnswer(presetID: preset.id, question: $0, answer: text)
                }
            }, isFinal: true)
    }

    @Test func eachPictureOfABatchGetsItsOwnReply() async throws {
        let database = try await TestServer.database()
        try await database.addTestPreset("one", questions: ["a", "b"])
        try await database.addTestPreset("two", questions: ["c"])
        let epoch = try await database.addTestDaemon()
        _ = try await database.enqueue(
            (0..<6).map { NewJob(path: "/p/\($0).jpg") }, presets: ["two", "one"])
        let jobs = try await database.claim(epoch: epoch, limit: 6)
        // The first is answered, the second half answered, the third another claim's, the fourth
        // cancelled, the fifth deleted.
        _ = try await database.identify(jobs[0..<2].map { Self.picture($0, UInt8($0.id)) })
        #expect(try await database.put([Self.answers(jobs[0])]) == [.done])
        let half = Self.answers(jobs[1]).answers.filter { $0.question == "a" }
        _ = try await database.put(
            job: jobs[1].id, fence: jobs[1].fence, answers: half, final: false)
        _ = try await database.giveBack(job: jobs[2].id, fence: jobs[2].fence, how: .release)
        _ = try await database.cancel(JobFilter(ids: [jobs[3].id]))
        try await database.execute("DELETE FROM llava.job WHERE id = \(jobs[4].id)")

        let order = [4, 5, 1, 3, 0, 2]
        let replies = try await database.identify(
            order.map { Self.picture(jobs[$0], $0 == 5 ? UInt8(jobs[0].id) : UInt8(jobs[$0].id)) })
        let (two, one) = (jobs[0].presets[0].id, jobs[0].presets[1].id)
        #expect(
            replies == [
                .gone,
                // Copy of the first, which is answered.
                .missing([]),
                .missing([
                    MissingAnswers(presetID: two, questions: ["c"]),
                    MissingAnswers(presetID: one, questions: ["b"]),
                ]),
                .cancelled, .stale, .stale,
            ])
        #expect(try await database.identify([FoundPicture]()) == [])
        await database.close()
    }

    @Test func ofTwoJobsOfOnePathTheLastPictureIsCurrent() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: [])
        func round(_ contents: [UInt8]) async throws {
            try await database.execute(
                "INSERT INTO llava.job(path) SELECT '/p/a.jpg' FROM generate_series(1, 2)")
            let jobs = try await database.claim(epoch: epoch, limit: 2)
            let pictures = zip(jobs, contents).map { job, content in
                Self.picture(job, content, stamp: FileStamp(size: 9, modificationNanoseconds: 1))
            }
            _ = try await database.identify(pictures)
            // What was there before the other job's reading is not lost, so both are done.
            #expect(try await database.put(jobs.map { Self.answers($0) }) == [.done, .done])
        }
        func current() async throws -> [String] {
            try await database.column(
                """
                SELECT encode(i.sha256, 'hex') FROM llava.sighting s
                JOIN llava.image i USING (image_id) WHERE s.current
                """
            ).map { String($0.prefix(2)) }
        }
        try await round([1, 2])
        #expect(try await current() == ["02"])
        // The one that is current is no longer, one that was becomes it again.
        try await round([2, 1])
        #expect(try await current() == ["01"])
        try await round([1, 1])
        #expect(try await current() == ["01"])
        #expect(try await database.column("SELECT count(*) FROM llava.sighting") == ["2"])
        await database.close()
    }

    @Test func aJobMayBeInABatchOnce() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimAndIdentify(epoch)
        let error = await #expect(throws: StorageError.self) {
            try await database.put([Self.answers(job), Self.answers(job)])
        }
        #expect(error?.sqlState == "22023" && error?.isTransient == false)
        #expect(try await database.results().isEmpty)
        await database.close()
    }

    @Test func daemonsWithTheSamePicturesNeverWaitForEachOtherInARing() async throws {
        let database = try await TestServer.database()
        try await database.addTestPreset(isDefault: true)
        let rounds = 40
        let lots = try await withThrowingTaskGroup(of: Int.self) { group in
            // Each has jobs of its own about the same paths and contents, in another order.
            for worker in 0..<3 {
                let connection = try await TestServer.another(database)
                let epoch = try await connection.addTestDaemon(pid: Int32(worker) + 1)
                group.addTask {
                    for round in 0..<rounds {
                        try await connection.execute(
                            """
                            INSERT INTO llava.job(path)
                            SELECT '/p/\(round)/' || n FROM generate_series(1, 8) n
                            """)
                        let jobs = try await connection.claim(epoch: epoch, limit: 8)
                        var pictures = jobs.map { job in
                            FoundPicture(
                                job: job.id, fence: job.fence, sha256: Self.hash(of: job.path),
                                stamp: Self.stamp)
                        }
                        if worker > 0 { pictures.shuffle() }
                        _ = try await connection.identify(pictures)
                        _ = try await connection.put(jobs.shuffled().map { Self.answers($0) })
                    }
                    await connection.close()
                    return rounds
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(lots == 3 * rounds)
        #expect(
            try await database.column(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
                == ["0"])
        #expect(
            try await database.column(
                "SELECT count(*) || ' ' || count(DISTINCT path) FROM llava.result")
                == ["\(rounds * 8) \(rounds * 8)"])
        await database.close()
    }

    /// 32 bytes that a path determines and that sort otherwise than paths do.
    private static func hash(of path: String) -> [UInt8] {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        return (0..<32).map { _ in
            for byte in path.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    @Test func everyReasonToFinishIsExplained() async throws {
        let database = try await TestServer.database()
        let comment = try await database.column(
            """
            SELECT col_description('llava.answer'::regclass, a.attnum) FROM pg_attribute a
            WHERE a.attrelid = 'llava.answer'::regclass AND a.attname = 'finish_reason'
            """)
        for reason in ["stop", "length", "repetition", "cancelled"] {
            #expect(comment.first?.contains("\(reason): ") == true)
        }
        await database.close()
    }
}
