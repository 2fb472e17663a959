import Testing

@testable import Storage

/// Four workers over one queue while workers die, replies get lost, and the dead come back: in the
/// end every answer is there once, written under a claim that was really made.
@Suite struct FaultTests {
    private static let jobs = 120
    private static let questions = ["one", "two", "three"]

    @Test func everyAnswerIsWrittenOnceWhateverFails() async throws {
        let database = try await TestServer.database()
        try await database.addTestPreset(questions: Self.questions, isDefault: true)
        _ = try await database.enqueue((0..<Self.jobs).map { NewJob(path: "/p/\($0).jpg") })
        let sweeper = try await TestServer.another(database)

        let refused = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                let connection = try await TestServer.another(database)
                group.addTask {
                    let refused = try await Self.work(connection, seed: UInt64(worker) + 1)
                    await connection.close()
                    return refused
                }
            }
            // The dead are written off here; jobs they had open wait for ten seconds, which the
            // test does not.
            group.addTask {
                let deadline = ContinuousClock.now + .seconds(120)
                while ContinuousClock.now < deadline {
                    let dead = try await sweeper.column(
                        "SELECT epoch FROM llava.daemon WHERE NOT dead AND host = 'died'")
                    if !dead.isEmpty {
                        try await sweeper.execute(
                            "UPDATE llava.daemon SET dead = true WHERE host = 'died'")
                    }
                    _ = try await sweeper.sweep(silent: [])
                    try await sweeper.execute(
                        "UPDATE llava.job SET run_at = now() WHERE state = 'waiting'")
                    if try await sweeper.counts().open == 0 { return 0 }
                }
                Issue.record("jobs stay open")
                return 0
            }
            return try await group.reduce(0, +)
        }

        #expect(refused > 0, "no late write was tried: the test tests nothing")
        let expected = Self.jobs * Self.questions.count
        #expect(
            try await database.column(
                "SELECT count(*) || ' ' || count(DISTINCT (path, question)) FROM llava.result")
                == ["\(expected) \(expected)"])
        #expect(try await database.counts()[.done] == Self.jobs)
        // The text of an answer names the claim it was written under, and so does its row.
        #expect(
            try await database.column(
                """
                SELECT count(*) FROM llava.answer a JOIN llava.job j ON j.id = a.job_id
                WHERE a.fence > j.fence OR a.answer <> a.job_id || '/' || a.fence
                """) == ["0"])
        await sweeper.close()
        await database.close()
    }

    /// Works until the queue is empty, failing at random, and gives how many late writes were
    /// refused.
    private static func work(_ database: Database, seed: UInt64) async throws -> Int {
        var random = Dice(seed: seed)
        var refused = 0
        var zombies: [ClaimedJob] = []
        var epoch = try await database.addTestDaemon(pid: Int32(seed))
        while try await database.counts().open > 0 {
            guard let job = try await database.claim(epoch: epoch, limit: 1).first else { continue }
            let number = UInt8(job.id % 256)
            _ = try await database.identify(
                job: job.id, fence: job.fence, sha256: [UInt8](repeating: number, count: 32),
                stamp: FileStamp(size: job.id, modificationNanoseconds: 1))
            if job.crashes == 0 && random.roll(8) {
                // Death with the picture open; what it was about to write comes late.
                zombies.append(job)
                try await database.execute(
                    "UPDATE llava.daemon SET host = 'died' WHERE epoch = \(epoch)")
                epoch = try await database.addTestDaemon(pid: Int32(seed))
                continue
            }
            if random.roll(8) {
                _ = try await put(job, [questions[0]], final: false, database)
                _ = try await database.giveBack(job: job.id, fence: job.fence, how: .release)
                zombies.append(job)
                continue
            }
            let outcome = try await put(job, questions, final: true, database)
            #expect(outcome == .done || outcome == .more)
            if random.roll(4) {
                // The reply was lost.
                #expect(try await put(job, questions, final: true, database) == .already)
            }
            if let zombie = zombies.popLast() {
                let late = try await put(zombie, questions, final: true, database)
                if late == .stale || late == .already { refused += 1 }
            }
        }
        return refused
    }

    private static func put(
        _ job: ClaimedJob, _ names: [String], final isFinal: Bool, _ database: Database
    ) async throws -> PutOutcome {
        let preset = try #require(job.presets.first)
        return try await database.put(
            job: job.id, fence: job.fence,
            answers: names.map {
                NewAnswer(presetID: preset.id, question: $0, answer: "\(job.id)/\(job.fence)")
            }, final: isFinal)
    }
}

/// Repeatable chance (xorshift64*, Vigna 2016).
private struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    /// Whether one chance in `sides` came up.
    mutating func roll(_ sides: UInt64) -> Bool {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return (state &* 0x2545_f491_4f6c_dd1d) >> 33 % sides == 0
    }
}
