import Testing

@testable import Storage

@Suite struct LivenessTests {
    @Test func aLostClaimIsHandedBackByTheFourthBeat() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: ["/p/a.jpg", "/p/b.jpg"])
        let held = try await database.claimOne(epoch)
        let lost = try await database.claimOne(epoch)
        var handedBack: [Int] = []
        for _ in 1...4 {
            let beat = try await database.beat(epoch: epoch, held: [held.id], status: #"{"a": 1}"#)
            #expect(beat.isAlive)
            handedBack.append(beat.handedBack)
        }
        #expect(handedBack == [0, 0, 0, 1])
        let row = try #require(try await database.job(lost.id))
        #expect(row.state == .ready && row.attempts == 0 && row.crashes == 0)
        #expect(try await database.job(held.id)?.state == .running)
        #expect(try await database.daemons().first?.status == #"{"a": 1}"#)
        await database.close()
    }

    @Test func aSweepGoesByTheBeatItSaw() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimAndIdentify(epoch)
        let seen = try await database.observeBeats()
        #expect(seen == [ObservedBeat(epoch: epoch, beat: 0)])
        #expect(try await database.beat(epoch: epoch, held: [job.id]).isAlive)
        #expect(try await database.sweep(silent: seen) == 0)
        #expect(try await database.job(job.id)?.state == .running)
        let again = try await database.observeBeats()
        #expect(try await database.sweep(silent: again) == 1)
        #expect(try await database.beat(epoch: epoch, held: [job.id]).isAlive == false)
        #expect(try await database.claim(epoch: epoch, limit: 1).isEmpty)
        #expect(try await database.finish(job) == .stale)
        await database.close()
    }

    @Test func onlyOpenPicturesAreBlamed() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: ["/p/a.jpg", "/p/b.jpg"])
        let open = try await database.claimAndIdentify(epoch)
        let queued = try await database.claimOne(epoch)
        #expect(try await database.sweep(silent: database.observeBeats()) == 2)
        let guilty = try #require(try await database.job(open.id))
        #expect(guilty.state == .waiting && guilty.crashes == 1 && guilty.failureClass == "crash")
        let innocent = try #require(try await database.job(queued.id))
        #expect(innocent.state == .ready && innocent.crashes == 0 && innocent.attempts == 0)
        await database.close()
    }

    @Test func aJobThatKillsItsWorkerIsDeadAtTheThirdCrash() async throws {
        let database = try await TestServer.database()
        _ = try await database.prepare()
        for crash in 1...3 {
            let epoch = try await database.addTestDaemon()
            let job = try await database.claimAndIdentify(epoch)
            #expect(job.crashes == crash - 1)
            #expect(try await database.sweep(silent: database.observeBeats()) == 1)
            try await database.execute("UPDATE llava.job SET run_at = now()")
            _ = try await database.sweep(silent: [])
        }
        let dead = try #require(try await database.jobs().first)
        #expect(dead.state == .dead && dead.failureClass == "crash" && dead.crashes == 3)
        await database.close()
    }

    @Test func aStoredAnswerForgivesCrashes() async throws {
        let database = try await TestServer.database()
        try await database.addTestPreset(questions: ["one", "two"], isDefault: true)
        let first = try await database.addTestDaemon()
        _ = try await database.enqueue([NewJob(path: "/p/a.jpg")])
        _ = try await database.claimAndIdentify(first)
        _ = try await database.sweep(silent: database.observeBeats())
        try await database.execute("UPDATE llava.job SET run_at = now()")
        _ = try await database.sweep(silent: [])
        let second = try await database.addTestDaemon()
        let job = try await database.claimAndIdentify(second)
        #expect(job.crashes == 1)
        let answer = NewAnswer(presetID: job.presets[0].id, question: "one", answer: "1")
        _ = try await database.put(job: job.id, fence: job.fence, answers: [answer], final: false)
        #expect(try await database.job(job.id)?.crashes == 0)
        await database.close()
    }

    @Test func aHungJobIsTakenBackThoughItsDaemonLives() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimOne(epoch)
        for _ in 1...4 { _ = try await database.beat(epoch: epoch, held: [job.id]) }
        #expect(try await database.sweep(silent: [], maxBeats: 4) == 0)
        _ = try await database.beat(epoch: epoch, held: [job.id])
        #expect(try await database.sweep(silent: [], maxBeats: 4) == 1)
        let row = try #require(try await database.job(job.id))
        #expect(row.state == .waiting && row.failureClass == "timeout" && row.crashes == 1)
        #expect(try await database.beat(epoch: epoch, held: []).isAlive)
        await database.close()
    }

    @Test func localDaemonsWhoseProcessIsGoneAreRetiredAtOnce() async throws {
        let database = try await TestServer.database()
        _ = try await database.prepare(paths: (0..<4).map { "/p/\($0).jpg" })
        let me = try DaemonIdentity.current()
        #expect(me.isRunning)
        func register(_ change: (inout DaemonIdentity) -> Void) async throws -> Int64 {
            var identity = me
            change(&identity)
            let epoch = try await database.registerDaemon(
                identity, modelFingerprint: "f", modelName: "", workers: 1)
            _ = try await database.claimAndIdentify(epoch, content: UInt8(epoch))
            return epoch
        }
        let alive = try await register { _ in }
        let otherStart = try await register { $0.pidStart -= 1 }
        let otherBoot = try await register { $0.bootID = "before" }
        let otherHost = try await register { $0.host = "elsewhere" }
        #expect(try await database.retireLocalDead(me) == 1)
        var living = try await database.daemons().map(\.epoch)
        #expect(living.contains(alive) && living.contains(otherBoot) && living.contains(otherHost))
        #expect(!living.contains(otherStart))
        // Another boot may be another machine of that name, until it has been silent for long.
        try await database.execute(
            "UPDATE llava.daemon SET beat_at = now() - interval '31 s' WHERE boot_id = 'before'")
        #expect(try await database.retireLocalDead(me) == 1)
        living = try await database.daemons().map(\.epoch)
        #expect(!living.contains(otherBoot))
        await database.close()
    }

    @Test func aDaemonThatLeavesReleasesItsJobs() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimAndIdentify(epoch)
        #expect(try await database.unregisterDaemon(epoch: epoch) == 1)
        let row = try #require(try await database.job(job.id))
        #expect(row.state == .ready && row.attempts == 0 && row.crashes == 0)
        #expect(try await database.daemons().isEmpty)
        #expect(try await database.daemons(includingDead: true).count == 1)
        await database.close()
    }

    @Test func pausedHostsClaimNothing() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        try await database.pause(host: "testhost")
        try await database.pause(host: "testhost")
        #expect(try await database.claim(epoch: epoch, limit: 1).isEmpty)
        #expect(try await database.beat(epoch: epoch, held: []).isPaused)
        #expect(try await database.status().pausedHosts == ["testhost"])
        try await database.resume()
        try await database.pause()
        #expect(try await database.claim(epoch: epoch, limit: 1).isEmpty)
        try await database.resume()
        #expect(try await database.claim(epoch: epoch, limit: 1).count == 1)
        await database.close()
    }
}
