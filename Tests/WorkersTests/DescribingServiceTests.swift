import Folders
import Foundation
import Pipeline
import Testing

@testable import Storage
@testable import Workers

@Suite struct DescribingServiceTests {
    @Test func everyImageIsAnsweredOnceByFourWorkers() async throws {
        try await TestDaemon.with(workers: 4) { daemon, model in
            let paths = try (0..<60).map { try daemon.picture("p\($0).jpg", "picture \($0)") }
            let jobs = try await daemon.enqueue(paths, presets: ["brief", "people"])
            #expect(jobs.count == 60)
            try await daemon.untilAllFinished()
            #expect(try await daemon.database.counts()[.done] == 60)
            let results = try await daemon.database.results()
            // One question of brief and two of people.
            #expect(results.count == 180)
            #expect(Set(results.map { "\($0.path) \($0.preset) \($0.question)" }).count == 180)
            #expect(results.allSatisfy { $0.confidence == 0.5 && $0.tokens == 3 })
            #expect(model.looks.count == 60)
            #expect(model.looks.values.allSatisfy { $0 == 1 })
            try await daemon.until("60 pictures are counted") {
                daemon.service.state.counts.done == 60
            }
        }
    }

    @Test func oneWorkerHasSeveralPicturesInFlight() async throws {
        try await TestDaemon.with(workers: 1, pictures: 4) { daemon, model in
            let slow = try (0..<3).map { try daemon.picture("s\($0).jpg", "slow \($0)") }
            let slowJobs = try await daemon.enqueue(slow)
            try await daemon.until("three are at the gate") { model.waiting == 3 }
            // The fourth place goes on working: through good pictures and past bad ones.
            let bad = try daemon.picture("bad.jpg", "corrupt")
            let flaky = try daemon.picture("flaky.jpg", "flaky")
            let good = try (0..<10).map { try daemon.picture("g\($0).jpg", "good \($0)") }
            let jobs = try await daemon.enqueue(
                [bad, flaky] + good, presets: ["brief", "people"])
            for job in jobs.dropFirst(2) {
                #expect(try await daemon.finished(job).state == .done)
            }
            #expect(try await daemon.finished(jobs[0]).failureClass == "corrupt")
            #expect(model.waiting == 3)
            #expect(daemon.service.state.workers.map(\.pictures.count).max() ?? 0 >= 3)
            // A person stops one of them; the others do not notice.
            _ = try await daemon.database.cancel(JobFilter(ids: [slowJobs[1]]))
            #expect(try await daemon.finished(slowJobs[1]).state == .cancelled)
            #expect(model.waiting == 2)
            model.open()
            for job in [slowJobs[0], slowJobs[2]] {
                #expect(try await daemon.finished(job).state == .done)
            }
            let results = try await daemon.database.results()
            #expect(Set(results.map { "\($0.path) \($0.question)" }).count == results.count)
        }
    }

    @Test func onlyWhatWillSoonBeBegunIsClaimed() async throws {
        try await TestDaemon.with(workers: 1, pictures: 8) { daemon, model in
            model.takeAtMost(3)
            let paths = try (0..<20).map { try daemon.picture("s\($0).jpg", "slow \($0)") }
            _ = try await daemon.enqueue(paths)
            // The describer takes three, two more are ready for it.
            try await daemon.until("five are claimed") {
                try await daemon.database.counts()[.running] == 5
            }
            #expect(daemon.service.state.workers.map(\.pictures.count) == [3])
            model.takeAtMost(.max)
            model.open()
            try await daemon.untilAllFinished()
            #expect(try await daemon.database.counts()[.done] == 20)
        }
    }

    @Test func copiesOfAPictureAreDescribedOnce() async throws {
        try await TestDaemon.with(workers: 4) { daemon, model in
            let paths = try (0..<20).map { try daemon.picture("copy\($0).jpg", "the same") }
            _ = try await daemon.enqueue(paths)
            try await daemon.untilAllFinished()
            #expect(try await daemon.database.counts()[.done] == 20)
            #expect(model.looks == ["the same": 1])
            #expect(try await daemon.database.results().count == 20)
        }
    }

    @Test func aBadPictureCostsItsOwnJobAlone() async throws {
        try await TestDaemon.with(workers: 2) { daemon, _ in
            let bad = try daemon.picture("bad.jpg", "corrupt")
            let paths = [bad, "\(daemon.folder)/none.jpg"]
            let good = try (0..<10).map { try daemon.picture("g\($0).jpg", "good \($0)") }
            let jobs = try await daemon.enqueue(paths + good)
            try await daemon.untilAllFinished()
            #expect(try await daemon.database.counts()[.done] == 10)
            let rows = try await daemon.database.jobs(JobFilter(paths: paths))
            #expect(jobs.count == 12)
            #expect(rows.allSatisfy { $0.state == .dead && $0.attempts == 1 })
            #expect(Set(rows.compactMap(\.failureClass)) == ["corrupt", "missing"])
            #expect(rows.allSatisfy { $0.lastError?.contains(".jpg") == true })
        }
    }

    @Test func aFailureThatMayPassIsTriedAgain() async throws {
        try await TestDaemon.with { daemon, model in
            let path = try daemon.picture("flaky.jpg", "flaky")
            let job = try #require(try await daemon.enqueue([path]).first)
            try await daemon.until("the job waits") {
                try await daemon.database.job(job)?.state == .waiting
            }
            let waiting = try #require(try await daemon.database.job(job))
            #expect(waiting.failureClass == "engine")
            #expect(waiting.attempts == 1)
            // None where the machine is so slow that the job's own time has come already.
            #expect(try await daemon.database.retry(JobFilter(ids: [job])) <= 1)
            #expect(try await daemon.finished(job).state == .done)
            #expect(model.looks == ["flaky": 2])
        }
    }

    @Test func anUnknownPresetIsNamed() async throws {
        try await TestDaemon.with { daemon, model in
            let path = try daemon.picture("a.jpg", "a")
            let job = try #require(
                try await daemon.enqueue([path], presets: ["brief", "nonsense"]).first)
            let row = try await daemon.finished(job)
            #expect(row.state == .dead)
            #expect(row.failureClass == "preset")
            #expect(row.lastError?.contains("'nonsense'") == true)
            #expect(model.looks.isEmpty)
        }
    }

    @Test func aRunningJobCanBeCancelled() async throws {
        try await TestDaemon.with { daemon, model in
            let path = try daemon.picture("slow.jpg", "slow")
            let job = try #require(try await daemon.enqueue([path]).first)
            try await daemon.until("the worker is at it") { model.waiting == 1 }
            _ = try await daemon.database.cancel(JobFilter(ids: [job]))
            #expect(try await daemon.finished(job).state == .cancelled)
            #expect(try await daemon.database.results().isEmpty)
        }
    }

    @Test func drainingFinishesWhatIsClaimedAndNothingElse() async throws {
        try await TestDaemon.with(workers: 1) { daemon, model in
            let paths = try (0..<8).map { try daemon.picture("s\($0).jpg", "slow \($0)") }
            _ = try await daemon.enqueue(paths)
            // One at the gate and one read ahead of it.
            try await daemon.until("two are claimed") {
                try await daemon.database.counts()[.running] == 2
            }
            await daemon.service.drain()
            #expect(daemon.service.state.phase == "draining")
            model.open()
            await daemon.waitForEnd()
            let counts = try await daemon.database.counts()
            #expect(counts[.done] == 2)
            #expect(counts[.ready] == 6)
        }
    }

    @Test(arguments: [(2, 1), (1, 3)])
    func abortingReturnsWhatIsClaimedWithItsAttempt(workers: Int, pictures: Int) async throws {
        try await TestDaemon.with(workers: workers, pictures: pictures) { daemon, model in
            let paths = try (0..<8).map { try daemon.picture("s\($0).jpg", "slow \($0)") }
            _ = try await daemon.enqueue(paths)
            try await daemon.until("all places are taken") { model.waiting == workers * pictures }
            await daemon.service.abort()
            await daemon.waitForEnd()
            let jobs = try await daemon.database.jobs()
            #expect(jobs.count == 8)
            #expect(jobs.allSatisfy { $0.state == .ready && $0.attempts == 0 })
            #expect(try await daemon.database.daemons().isEmpty)
        }
    }

    @Test func aDaemonThatWasWrittenOffStartsAnew() async throws {
        try await TestDaemon.with(workers: 1) { daemon, model in
            let path = try daemon.picture("slow.jpg", "slow")
            let job = try #require(try await daemon.enqueue([path]).first)
            try await daemon.until("the worker is at it") { model.waiting == 1 }
            let first = try #require(daemon.service.state.epoch)
            try await daemon.database.execute("SELECT llava.retire(ARRAY[\(first)])")
            try await daemon.until("there is a new epoch") {
                let epoch = daemon.service.state.epoch
                return epoch != nil && epoch != first
            }
            model.open()
            #expect(try await daemon.finished(job).state == .done)
            #expect(try await daemon.database.results().count == 1)
        }
    }

    @Test func pausedDaemonsClaimNothing() async throws {
        try await TestDaemon.with { daemon, model in
            try await daemon.database.pause()
            try await daemon.until("the daemon has heard") {
                daemon.service.state.phase == "paused"
            }
            let job = try #require(
                try await daemon.enqueue([try daemon.picture("a.jpg", "a")]).first)
            #expect(try await daemon.database.job(job)?.state == .ready)
            try await daemon.database.resume()
            #expect(try await daemon.finished(job).state == .done)
        }
    }

    @Test func watchedFoldersAreEnqueued() async throws {
        try await TestDaemon.with { daemon, model in
            _ = try daemon.picture("a.jpg", "first")
            _ = try daemon.picture("b.txt", "no picture")
            _ = try await daemon.database.addWatch(path: daemon.folder, presets: ["tags"])
            try await daemon.until("the first picture is described") {
                try await daemon.database.counts()[.done] == 1
            }
            _ = try daemon.picture("c.png", "second")
            try await daemon.until("the second picture is described") {
                try await daemon.database.counts()[.done] == 2
            }
            let results = try await daemon.database.results()
            #expect(Set(results.map(\.preset)) == ["tags"])
            #expect(Set(results.map(\.answer)) == ["tags of first", "tags of second"])
        }
    }

    @Test func aRowInsertedByHandIsEnough() async throws {
        try await TestDaemon.with { daemon, _ in
            let path = try daemon.picture("hand.jpg", "by hand")
            try await daemon.database.execute(
                "INSERT INTO llava.job(path) VALUES ($1)", [.text(path)])
            try await daemon.until("it is described") {
                try await daemon.database.results().first?.answer == "caption of by hand"
            }
        }
    }

    @Test func aJobThatKilledAWorkerRunsAlone() async throws {
        try await TestDaemon.with(workers: 3) { daemon, model in
            try await daemon.database.pause()
            try await daemon.until("it is paused") { daemon.service.state.phase == "paused" }
            let slow = try daemon.picture("slow.jpg", "slow")
            let suspects = try (0..<3).map { try daemon.picture("x\($0).jpg", "slow x\($0)") }
            let jobs = try await daemon.enqueue([slow] + suspects)
            try await daemon.database.execute(
                "UPDATE llava.job SET crashes = 1 WHERE id > $1", [.integer(jobs[0])])
            try await daemon.database.resume()
            try await daemon.until("the harmless job is at the gate") { model.waiting == 1 }
            // It holds back every other until it is done.
            #expect(model.looks == ["slow": 1])
            model.open()
            try await daemon.untilAllFinished()
            #expect(try await daemon.database.counts()[.done] == 4)
            #expect(model.looks.values.allSatisfy { $0 == 1 })
            #expect(model.mostAtOnce == 1)
        }
    }
}
