import Testing

@testable import Storage

@Suite struct EnqueueTests {
    private let path = "/p/a.jpg"
    private let stamped = NewJob(path: "/p/a.jpg", size: 9, modificationNanoseconds: 9)
    private let changed = NewJob(path: "/p/a.jpg", size: 9, modificationNanoseconds: 10)

    /// What an enqueue says, as (added, known).
    private func enqueue(
        _ database: Database, _ job: NewJob, _ presets: [String] = []
    ) async throws -> [Int] {
        let count = try await database.enqueue([job], presets: presets)
        #expect(count.jobIDs.count == 1)
        return [count.added, count.known]
    }

    @Test func insertingAPathIsEnough() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: [])
        #expect(try await database.execute("INSERT INTO llava.job(path) VALUES ('/p/a.jpg')") == 1)
        #expect(try await database.execute("INSERT INTO llava.job(path) VALUES ('/p/a.jpg')") == 1)
        let jobs = try await database.claim(epoch: epoch, limit: 9)
        #expect(jobs.map(\.path) == [path, path])
        #expect(jobs.map { $0.presets.map(\.name) } == [["brief"], ["brief"]])
        await database.close()
    }

    @Test func theRightToInsertIsEnough() async throws {
        let database = try await TestServer.database()
        let role = "clerk_\(UInt32.random(in: 0 ... .max))"
        try await database.execute("CREATE ROLE \(role)")
        try await database.execute("GRANT USAGE ON SCHEMA llava TO \(role)")
        try await database.execute("GRANT INSERT ON llava.job TO \(role)")
        try await database.execute("SET ROLE \(role)")
        #expect(
            try await database.execute(
                "INSERT INTO llava.job(path, presets, priority) VALUES ('/p/a.jpg', '{tags}', 7)")
                == 1)
        try await database.execute("RESET ROLE")
        let row = try #require(try await database.jobs().first)
        #expect(row.presets == ["tags"] && row.priority == 7 && row.state == .ready)
        await database.close()
    }

    @Test func nonsenseIsRefusedAtTheDoor() async throws {
        let database = try await TestServer.database()
        for values in [
            "'', '{}'", "repeat('x', 4097), '{}'", "'/a', '{NULL}'", "'/a', '{{a},{b}}'",
        ] {
            let error = await #expect(throws: StorageError.self) {
                try await database.execute(
                    "INSERT INTO llava.job(path, presets) VALUES (\(values))")
            }
            #expect(error?.sqlState == "23514")
        }
        await database.close()
    }

    @Test func veryLongPathsWork() async throws {
        let database = try await TestServer.database()
        // 4,096 bytes that do not compress into a B-tree entry.
        let path = "/" + (0..<4095).map { _ in "\(Int.random(in: 0...9))" }.joined()
        let epoch = try await database.prepare(paths: [path])
        #expect(try await database.finish(database.claimAndIdentify(epoch)) == .done)
        #expect(try await database.results(ResultFilter(paths: [path])).count == 1)
        await database.close()
    }

    @Test func openJobsAreKnownUntilTheyGrow() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: [])
        try await database.addTestPreset("tags", questions: ["tags"])
        #expect(try await enqueue(database, stamped) == [1, 0])
        #expect(try await enqueue(database, stamped) == [0, 1])
        #expect(try await enqueue(database, changed) == [0, 1])
        #expect(try await enqueue(database, stamped, ["brief"]) == [0, 1])
        #expect(try await enqueue(database, stamped, ["tags"]) == [1, 0])
        #expect(try await enqueue(database, stamped, ["tags"]) == [0, 1])
        #expect(try await database.jobs().first?.presets == ["brief", "tags"])
        let job = try await database.claimOne(epoch)
        #expect(try await enqueue(database, stamped) == [0, 1])
        // Not read yet: it will be read as it is then.
        #expect(try await enqueue(database, changed) == [0, 1])
        _ = try await database.giveBack(job: job.id, fence: job.fence, how: .retry)
        #expect(try await enqueue(database, stamped) == [0, 1])
        #expect(try await database.job(job.id)?.state == .waiting)
        await database.close()
    }

    @Test func doneJobsAreKnownUntilSomethingIsMissing() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: [])
        try await database.addTestPreset("tags", questions: ["tags"])
        _ = try await enqueue(database, NewJob(path: path))
        let first = try await database.claimAndIdentify(epoch)
        #expect(try await database.finish(first) == .done)
        #expect(try await enqueue(database, NewJob(path: path)) == [0, 1])
        #expect(try await enqueue(database, stamped) == [0, 1])

        // Touched, but the same bytes: read again, nothing to answer.
        #expect(try await enqueue(database, changed) == [1, 0])
        var job = try await database.claimOne(epoch)
        #expect(job.id == first.id && job.fence == 2 && job.attempts == 1)
        #expect(
            try await database.identify(
                job: job.id, fence: job.fence, sha256: [UInt8](repeating: 1, count: 32),
                stamp: FileStamp(size: 9, modificationNanoseconds: 10)) == .missing([]))
        #expect(
            try await database.put(job: job.id, fence: job.fence, answers: [], final: true)
                == .done)
        #expect(try await enqueue(database, changed) == [0, 1])

        // Another preset.
        #expect(try await enqueue(database, changed, ["tags"]) == [1, 0])
        let stamp = FileStamp(size: 9, modificationNanoseconds: 10)
        job = try await database.claimAndIdentify(epoch, stamp: stamp)
        #expect(try await database.finish(job) == .done)
        #expect(try await enqueue(database, changed, ["tags", "brief"]) == [0, 1])

        // A new version of a preset.
        try await database.addTestPreset("tags", questions: ["tags", "more"])
        #expect(try await enqueue(database, changed) == [0, 1])
        #expect(try await enqueue(database, changed, ["tags"]) == [1, 0])
        job = try await database.claimAndIdentify(epoch, stamp: stamp)
        #expect(try await database.finish(job) == .done)

        // Another model.
        let other = try await database.addTestDaemon(model: "b")
        #expect(try await enqueue(database, changed) == [1, 0])
        job = try await database.claimAndIdentify(other, stamp: stamp)
        #expect(try await database.finish(job) == .done)
        #expect(try await enqueue(database, changed) == [0, 1])
        #expect(try await database.counts().total == 1)
        await database.close()
    }

    @Test func deadAndCancelledJobsAreKnownUntilTheFileChanges() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: [])
        try await database.addTestPreset("tags", questions: ["tags"])
        _ = try await enqueue(database, stamped)
        var job = try await database.claimOne(epoch)
        _ = try await database.giveBack(
            job: job.id, fence: job.fence, how: .dead, failureClass: "corrupt", error: "broken")
        #expect(try await enqueue(database, stamped) == [0, 1])
        #expect(try await database.job(job.id)?.state == .dead)
        #expect(try await enqueue(database, changed) == [1, 0])
        let row = try #require(try await database.job(job.id))
        #expect(row.state == .ready && row.attempts == 0 && row.failureClass == nil)
        #expect(row.lastError == nil && row.finishedAt == nil && row.fence == 1)

        _ = try await database.cancel(.all)
        #expect(try await enqueue(database, changed) == [0, 1])
        #expect(try await enqueue(database, changed, ["tags"]) == [1, 0])
        job = try await database.claimOne(epoch)
        #expect(Set(job.presets.map(\.name)) == ["brief", "tags"])

        // One that died of a preset's name takes the presets it is given next.
        _ = try await database.giveBack(
            job: job.id, fence: job.fence, how: .dead, failureClass: "corrupt")
        _ = try await database.enqueue([NewJob(path: "/p/b.jpg")], presets: ["nonsense"])
        job = try await database.claimOne(epoch)
        _ = try await database.giveBack(
            job: job.id, fence: job.fence, how: .dead, failureClass: "preset")
        #expect(try await enqueue(database, NewJob(path: "/p/b.jpg"), ["tags"]) == [1, 0])
        #expect(try await database.claimOne(epoch).presets.map(\.name) == ["tags"])
        await database.close()
    }

    @Test func oneCallTakesTheSamePathTwiceAndAnyNumber() async throws {
        let database = try await TestServer.database()
        try await database.addTestPreset(isDefault: true)
        let jobs = (0..<2500).map { NewJob(path: "/p/\($0 % 2400).jpg", size: 1) }
        let count = try await database.enqueue(jobs)
        // The last hundred are in another batch than their doubles.
        #expect(count.added == 2400 && count.known == 100)
        #expect(Set(count.jobIDs).count == 2400)
        let again = try await database.enqueue(jobs)
        #expect(again.added == 0)
        #expect(try await database.counts().total == 2400)
        #expect(try await database.enqueue([]) == EnqueueCount())
        await database.close()
    }

    @Test func enqueuersAtTheSameTimeMakeOneJobAPath() async throws {
        let database = try await TestServer.database()
        try await database.addTestPreset(isDefault: true)
        let jobs = (0..<300).map { NewJob(path: "/p/\($0).jpg") }
        let added = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                let other = try await TestServer.another(database)
                group.addTask {
                    let count = try await other.enqueue(jobs.shuffled())
                    await other.close()
                    return count.added
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(added == 300)
        #expect(try await database.counts().total == 300)
        await database.close()
    }
}
