import FoundationEssentials
import Testing

@testable import Storage

@Suite struct ClaimTests {
    @Test func goesFromPathToResult() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimAndIdentify(epoch)
        #expect(job.path == "/p/a.jpg")
        #expect(job.presets.map(\.name) == ["brief"])
        #expect(job.fence == 1 && job.attempts == 1 && job.crashes == 0)
        #expect(try await database.finish(job) == .done)
        let row = try #require(try await database.results().first)
        #expect(row.answer == "a red circle")
        #expect(row.sha256 == String(repeating: "01", count: 32))
        #expect(row.jobID == job.id && row.model == "model a" && row.tokens == 4)
        let done = try #require(try await database.job(job.id))
        #expect(done.state == .done && done.finishedAt != nil && done.owner == nil)
        await database.close()
    }

    @Test func everyJobIsClaimedOnceByEightAtATime() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: (0..<400).map { "/p/\($0).jpg" })
        let claimed = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<8 {
                let other = try await TestServer.another(database)
                group.addTask {
                    var mine: [Int64] = []
                    while true {
                        let jobs = try await other.claim(epoch: epoch, limit: 3)
                        if jobs.isEmpty { break }
                        mine += jobs.map(\.id)
                    }
                    await other.close()
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 400)
        #expect(Set(claimed).count == 400)
        #expect(try await database.column("SELECT DISTINCT fence FROM llava.job") == ["1"])
        await database.close()
    }

    @Test func smallerPriorityThenOlderComesFirst() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: ["/p/b.jpg", "/p/c.jpg"])
        _ = try await database.enqueue([NewJob(path: "/p/a.jpg")], priority: 5)
        let paths = try await database.claim(epoch: epoch, limit: 9).map(\.path)
        #expect(paths == ["/p/a.jpg", "/p/b.jpg", "/p/c.jpg"])
        await database.close()
    }

    @Test func aStaleFenceWritesNothing() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let old = try await database.claimAndIdentify(epoch)
        #expect(
            try await database.giveBack(job: old.id, fence: old.fence, how: .release) == .ready)
        let new = try await database.claimOne(epoch)
        #expect(new.id == old.id && new.fence == old.fence + 1)
        #expect(try await database.finish(old) == .stale)
        #expect(
            try await database.identify(
                job: old.id, fence: old.fence, sha256: [UInt8](repeating: 7, count: 32),
                stamp: FileStamp(size: 1, modificationNanoseconds: 1)) == .stale)
        #expect(try await database.giveBack(job: old.id, fence: old.fence, how: .dead) == nil)
        #expect(try await database.results().isEmpty)
        #expect(try await database.job(new.id)?.state == .running)
        await database.close()
    }

    @Test func aRepeatedPutIsRecognised() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimAndIdentify(epoch)
        #expect(try await database.finish(job) == .done)
        #expect(try await database.finish(job, text: "another answer") == .already)
        #expect(try await database.results().map(\.answer) == ["a red circle"])
        #expect(try await database.put(job: 9999, fence: 1, answers: [], final: true) == .gone)
        await database.close()
    }

    @Test func aRepeatedPartialPutIsRecognisedAfterTheClaimEnded() async throws {
        let database = try await TestServer.database()
        try await database.addTestPreset(questions: ["one", "two"], isDefault: true)
        let epoch = try await database.addTestDaemon()
        _ = try await database.enqueue([NewJob(path: "/p/a.jpg")])
        let job = try await database.claimAndIdentify(epoch)
        let half = [NewAnswer(presetID: job.presets[0].id, question: "one", answer: "1")]
        func put() async throws -> PutOutcome {
            try await database.put(job: job.id, fence: job.fence, answers: half, final: false)
        }
        #expect(try await put() == .ok)
        #expect(try await put() == .ok)
        _ = try await database.giveBack(job: job.id, fence: job.fence, how: .release)
        #expect(try await put() == .already)
        // The next claim has the rest to do, and that alone.
        let again = try await database.claimOne(epoch)
        let missing = try await database.identify(
            job: again.id, fence: again.fence, sha256: [UInt8](repeating: 1, count: 32),
            stamp: FileStamp(size: 9, modificationNanoseconds: 9))
        #expect(
            missing
                == .missing([MissingAnswers(presetID: job.presets[0].id, questions: ["two"])]))
        await database.close()
    }

    @Test func unknownPresetsAreNamed() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: [])
        _ = try await database.enqueue([NewJob(path: "/p/a.jpg")], presets: ["brief", "nonsense"])
        let job = try await database.claimOne(epoch)
        #expect(job.presets.map(\.name) == ["brief"])
        #expect(job.unknownPresets == ["nonsense"])
        let state = try await database.giveBack(
            job: job.id, fence: job.fence, how: .dead, failureClass: "preset",
            error: "there is no preset 'nonsense'")
        #expect(state == .dead)
        #expect(try await database.status().failures == ["preset": 1])
        await database.close()
    }

    @Test func withoutADefaultPresetTheDefaultIsUnknown() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.addTestDaemon()
        try await database.execute("INSERT INTO llava.job(path) VALUES ('/p/a.jpg')")
        #expect(try await database.claimOne(epoch).unknownPresets == ["(default)"])
        await database.close()
    }

    @Test func aPresetAddedWhileRunningGivesMore() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        try await database.addTestPreset("tags", questions: ["tags"])
        let job = try await database.claimAndIdentify(epoch)
        let grown = try await database.enqueue([NewJob(path: job.path)], presets: ["tags"])
        #expect(grown.added == 1)
        #expect(try await database.finish(job) == .more)
        let again = try await database.claimAndIdentify(epoch)
        #expect(again.id == job.id)
        #expect(Set(again.presets.map(\.name)) == ["brief", "tags"])
        #expect(try await database.finish(again) == .done)
        #expect(try await database.results().map(\.question) == ["caption", "tags"])
        await database.close()
    }

    @Test func aFileChangedWhileRunningIsReadAgain() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimAndIdentify(epoch)
        _ = try await database.enqueue([
            NewJob(path: job.path, size: 10, modificationNanoseconds: 10)
        ])
        #expect(try await database.finish(job) == .more)
        let again = try await database.claimAndIdentify(
            epoch, content: 2, stamp: FileStamp(size: 10, modificationNanoseconds: 10))
        #expect(try await database.finish(again, text: "a blue square") == .done)
        // The view has the picture that is there now; the other's answer stays stored.
        #expect(try await database.results().map(\.answer) == ["a blue square"])
        #expect(try await database.column("SELECT count(*) FROM llava.answer") == ["2"])
        await database.close()
    }

    @Test func aWorkerThatLeavesQuestionsOutEndsInTheEnd() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        for attempt in 1...5 {
            let job = try await database.claimAndIdentify(epoch)
            #expect(job.attempts == attempt)
            let outcome = try await database.put(
                job: job.id, fence: job.fence, answers: [], final: true)
            #expect(outcome == .more)
        }
        let dead = try #require(try await database.jobs().first)
        #expect(dead.state == .dead && dead.failureClass == "engine")
        await database.close()
    }

    @Test func twoJobsOfTheSamePictureShareItsAnswers() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: ["/p/a.jpg", "/p/copy.jpg"])
        let first = try await database.claimAndIdentify(epoch)
        #expect(try await database.finish(first) == .done)
        let second = try await database.claimOne(epoch)
        let missing = try await database.identify(
            job: second.id, fence: second.fence, sha256: [UInt8](repeating: 1, count: 32),
            stamp: FileStamp(size: 9, modificationNanoseconds: 9))
        #expect(missing == .missing([]))
        #expect(
            try await database.put(job: second.id, fence: second.fence, answers: [], final: true)
                == .done)
        let rows = try await database.results()
        #expect(rows.map(\.path) == ["/p/a.jpg", "/p/copy.jpg"])
        #expect(rows.map(\.jobID) == [first.id, second.id])
        #expect(try await database.column("SELECT count(*) FROM llava.answer") == ["1"])
        await database.close()
    }

    @Test func retriesWaitThenDie() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        for attempt in 1...3 {
            let job = try await database.claimOne(epoch)
            let state = try await database.giveBack(
                job: job.id, fence: job.fence, how: .retry, failureClass: "unreadable",
                error: "it cannot be read", maxAttempts: 3)
            #expect(state == (attempt < 3 ? .waiting : .dead))
            let row = try #require(try await database.job(job.id))
            #expect(row.failureClass == "unreadable" && row.lastError == "it cannot be read")
            if attempt < 3 {
                // 2^n seconds, times 0.5 to 1.5.
                let pause = row.runAt.timeIntervalSince(try #require(row.claimedAt))
                let base = Double(1 << attempt)
                #expect(pause > base * 0.5 - 0.5 && pause < base * 1.5 + 0.5)
                // Not due yet; then its time comes.
                _ = try await database.sweep(silent: [])
                #expect(try await database.claim(epoch: epoch, limit: 1).isEmpty)
                try await database.execute("UPDATE llava.job SET run_at = now()")
                _ = try await database.sweep(silent: [])
            }
        }
        await database.close()
    }

    @Test func cancelledJobsStop() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: ["/p/a.jpg", "/p/b.jpg"])
        let job = try await database.claimAndIdentify(epoch)
        #expect(try await database.cancel(.all) == 2)
        #expect(try await database.counts()[.cancelled] == 1)
        #expect(try await database.beat(epoch: epoch, held: [job.id]).cancelled == [job.id])
        let put = try await database.put(job: job.id, fence: job.fence, answers: [], final: false)
        #expect(put == .cancel)
        #expect(
            try await database.giveBack(job: job.id, fence: job.fence, how: .release)
                == .cancelled)
        #expect(try await database.retry(JobFilter(ids: [job.id])) == 1)
        #expect(try await database.claimOne(epoch).fence == 2)
        await database.close()
    }

    @Test func answersToUnknownQuestionsAreRefused() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimAndIdentify(epoch)
        let answer = NewAnswer(presetID: job.presets[0].id, question: "nonsense", answer: "x")
        let error = await #expect(throws: StorageError.self) {
            try await database.put(job: job.id, fence: job.fence, answers: [answer], final: true)
        }
        #expect(error?.sqlState == "22023" && error?.isTransient == false)
        await database.close()
    }

    @Test func answersOfSeveralJobsAreStoredTogetherOrNotAtAll() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: ["/p/a.jpg", "/p/b.jpg", "/p/c.jpg"])
        var jobs: [ClaimedJob] = []
        for number in 0..<3 {
            jobs.append(try await database.claimAndIdentify(epoch, content: UInt8(number)))
        }
        let claimed = jobs
        func puts(_ question: String) -> [JobAnswers] {
            // Neither in the order of their numbers nor in that of their claims.
            [2, 0, 1].map { number in
                let job = claimed[number]
                let answer = NewAnswer(
                    presetID: job.presets[0].id,
                    question: number == 1 ? question : "caption", answer: "of \(job.path)")
                return JobAnswers(
                    job: job.id, fence: job.fence, answers: [answer], isFinal: number != 0)
            }
        }
        let error = await #expect(throws: StorageError.self) {
            try await database.put(puts("nonsense"))
        }
        #expect(error?.sqlState == "22023")
        #expect(try await database.results().isEmpty)
        #expect(try await database.put(puts("caption")) == [.done, .ok, .done])
        #expect(
            Set(try await database.results().map(\.answer))
                == ["of /p/a.jpg", "of /p/b.jpg", "of /p/c.jpg"])
        #expect(try await database.put(puts("caption")) == [.already, .ok, .already])
        #expect(try await database.put([JobAnswers]()) == [])
        await database.close()
    }

    @Test func oddTextSurvives() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: [#"/p/"quoted\" {a,b} 'c' ünï 😀.jpg"#])
        let job = try await database.claimAndIdentify(epoch)
        #expect(job.path == #"/p/"quoted\" {a,b} 'c' ünï 😀.jpg"#)
        let answer = NewAnswer(
            presetID: job.presets[0].id, question: "caption", answer: "a\u{0}b \"c\" \\ 😀",
            data: #"{"n": [1, 2.5, null]}"#, confidence: 0.25)
        #expect(
            try await database.put(job: job.id, fence: job.fence, answers: [answer], final: true)
                == .done)
        let row = try #require(try await database.results().first)
        #expect(row.answer == "a\u{FFFD}b \"c\" \\ 😀")
        #expect(row.data == #"{"n": [1, 2.5, null]}"# && row.confidence == 0.25)
        await database.close()
    }
}
