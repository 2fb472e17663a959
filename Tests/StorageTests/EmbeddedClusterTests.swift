import FoundationEssentials
import Glibc
import Testing

@testable import Storage

/// One cluster below a state directory of its own for all of these: they start and stop it.
@Suite(.serialized) struct EmbeddedClusterTests {
    private static let cluster = TestServer.cluster(TestServer.freshStateDirectory())

    /// Makes the cluster, without forcing it to disk, which takes most of the time.
    private static let made = Result {
        TestServer.removeAtExit(cluster)
        try cluster.prepareDirectories()
        let turn = try cluster.takeTurn()
        defer { turn.release() }
        _ = try cluster.ensureRunning()
        cluster.stop()
    }

    private var cluster: EmbeddedCluster { Self.cluster }
    private var location: DatabaseLocation {
        .embedded(stateDirectory: cluster.stateDirectory)
    }

    init() throws { try Self.made.get() }

    private var serverPID: pid_t? {
        PostmasterFile(dataDirectory: cluster.dataDirectory)
            .flatMap { $0.isRunning(in: cluster.dataDirectory) ? $0.pid : nil }
    }

    @Test func startersAtTheSameTimeStartOneServerAndTheLastLeaverStopsIt() async throws {
        #expect(serverPID == nil)
        let databases = try await withThrowingTaskGroup(of: Database.self) { group in
            for _ in 0..<4 { group.addTask { try await Database.open(location) } }
            return try await group.reduce(into: [Database]()) { $0.append($1) }
        }
        let pid = try #require(serverPID)
        for database in databases.dropLast() {
            try await database.ping()
            await database.close()
            #expect(serverPID == pid)
        }
        try await databases[3].ping()
        await databases[3].close()
        #expect(serverPID == nil)
    }

    /// As root a directory is made before it is given to the server's user.
    @Test func startersAtTheSameTimeMakeTheDirectoriesOnce() async throws {
        for _ in 0..<1000 {
            let fresh = TestServer.cluster(TestServer.freshStateDirectory())
            defer { try? FileManager.default.removeItem(atPath: fresh.stateDirectory) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try fresh.prepareDirectories() } }
                try await group.waitForAll()
            }
            let made = try FileManager.default.contentsOfDirectory(atPath: fresh.stateDirectory)
            #expect(made == ["postgres"])
        }
    }

    @Test func theServerKeepsNoneOfOurFilesOpen() async throws {
        // Open on exec, as a pipe to another child of ours may be.
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        var status = stat()
        #expect(fstat(ends[0], &status) == 0)
        let database = try await Database.open(location)
        let files = "/proc/\(try #require(serverPID))/fd"
        let numbers = try FileManager.default.contentsOfDirectory(atPath: files)
        #expect(!numbers.isEmpty)
        for number in numbers {
            // One that was closed meanwhile leads nowhere.
            let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "\(files)/\(number)")
            #expect(target != "pipe:[\(status.st_ino)]")
        }
        await database.close()
    }

    @Test func aServerThatACrashLeftRunningIsAdopted() async throws {
        // As a killed program leaves it: running, and nobody holds the lock of its users.
        let turn = try cluster.takeTurn()
        _ = try cluster.ensureRunning()
        turn.release()
        let pid = try #require(serverPID)
        let database = try await Database.open(location)
        try await database.ping()
        #expect(serverPID == pid)
        await database.close()
        #expect(serverPID == nil)
    }

    @Test func aKilledBackendOrServerCostsNoAnswer() async throws {
        let database = try await Database.open(location)
        try await database.migrate()
        #expect(try await database.migrate() == 0)
        let epoch = try await database.prepare(paths: (0..<4).map { "/p/\($0).jpg" })
        var job = try await database.claimAndIdentify(epoch, content: 1)
        #expect(try await database.finish(job) == .done)

        // kill -9 of a backend: the server restarts itself.
        job = try await database.claimAndIdentify(epoch, content: 2)
        kill(await database.backendPID, SIGKILL)
        #expect(try await finish(job, database) == .done)

        // pg_ctl stop -m immediate, or a power cut: the next call starts it again.
        job = try await database.claimAndIdentify(epoch, content: 3)
        let pid = try #require(serverPID)
        kill(pid, SIGQUIT)
        try await untilEnded(pid)
        #expect(try await finish(job, database) == .done)
        #expect(serverPID != pid)

        // kill -9 of the server itself.
        job = try await database.claimAndIdentify(epoch, content: 4)
        kill(try #require(serverPID), SIGKILL)
        #expect(try await finish(job, database) == .done)

        // A backend may answer once more before it sees that its server is gone.
        let rows = try await retrying(database) { try await database.results() }
        #expect(rows.count == 4)
        let beat = try await retrying(database) { try await database.beat(epoch: epoch, held: []) }
        #expect(beat.isAlive)
        await database.close()
        #expect(serverPID == nil)
    }

    @Test func aBatchThatWasReportedAsWrittenOutlivesAKilledServer() async throws {
        let database = try await Database.open(location)
        try await database.migrate()
        let epoch = try await database.prepare(paths: (0..<8).map { "/batch/\($0).jpg" })
        let jobs = try await database.claim(epoch: epoch, limit: 8)
        let replies = try await database.identify(
            jobs.map { job in
                FoundPicture(
                    job: job.id, fence: job.fence,
                    sha256: [UInt8](repeating: 100 + UInt8(job.id), count: 32),
                    stamp: FileStamp(size: 9, modificationNanoseconds: 9))
            })
        #expect(replies.count == 8)
        try await killEverything(of: database)

        // What was identified is known, so the answers are taken.
        let outcomes = try await retrying(database) {
            try await database.put(
                jobs.map { job in
                    JobAnswers(
                        job: job.id, fence: job.fence,
                        answers: [
                            NewAnswer(
                                presetID: job.presets[0].id, question: "caption", answer: "it")
                        ], isFinal: true)
                })
        }
        #expect(outcomes.allSatisfy { $0 == .done || $0 == .already })
        try await killEverything(of: database)
        let rows = try await retrying(database) {
            try await database.results(ResultFilter(folder: "/batch"))
        }
        #expect(rows.count == 8)
        #expect(
            try await database.jobs(JobFilter(folder: "/batch")).allSatisfy { $0.state == .done })
        await database.close()
    }

    /// Kills the server and the backend of a connection, which could answer a while without it.
    private func killEverything(of database: Database) async throws {
        let pid = try #require(serverPID)
        kill(await database.backendPID, SIGKILL)
        kill(pid, SIGKILL)
        try await untilEnded(pid)
    }

    /// Waits for a server's end: until then, a backend of it may still answer.
    private func untilEnded(_ pid: pid_t) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while serverPID == pid {
            try #require(ContinuousClock.now < deadline, "server \(pid) outlives its signal")
            // Another process's doing: there is no signal to wait for.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Puts until the reply comes, as a worker does.
    private func finish(_ job: ClaimedJob, _ database: Database) async throws -> PutOutcome {
        let outcome = try await retrying(database) { try await database.finish(job) }
        return outcome == .already ? .done : outcome
    }

    /// Repeats a call until the server answers it.
    private func retrying<Result>(
        _ database: Database, _ call: () async throws -> Result
    ) async throws -> Result {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                return try await call()
            } catch let error as StorageError where error.isTransient {
                guard ContinuousClock.now < deadline else { throw error }
                try await database.reconnect(within: .seconds(60))
            }
        }
    }

    @Test func psqlAloneEnqueuesAndReads() async throws {
        let database = try await Database.open(location)
        try await database.migrate()
        let psql = try await database.psqlInvocation()
        func run(_ sql: String) throws -> String {
            try ChildProcess.output(
                of: [psql.executable] + psql.arguments + ["-XAtc", sql]
            ).split(separator: "\n").joined()
        }
        #expect(try run("select 1") == "1")
        #expect(try run("INSERT INTO llava.job(path) VALUES ('/p/psql.jpg')") == "INSERT 0 1")
        let epoch = try await database.addTestDaemon()
        #expect(try await database.claimOne(epoch).path == "/p/psql.jpg")
        await database.close()
    }

    @Test func aNewerDatabaseIsRefused() async throws {
        let database = try await TestServer.database()
        try await database.execute(
            "INSERT INTO llava.migration VALUES (999, 'm999_future', 'x')")
        let newer = await #expect(throws: StorageError.self) { try await database.migrate() }
        #expect(newer?.kind == .schema && newer?.message.contains("m999_future") == true)
        try await database.execute("DELETE FROM llava.migration WHERE number = 999")
        try await database.execute("UPDATE llava.migration SET sha256 = 'x' WHERE number = 2")
        let edited = await #expect(throws: StorageError.self) { try await database.migrate() }
        #expect(edited?.kind == .schema && edited?.message.contains("m002_presets") == true)
        await database.close()
    }

    @Test func programsStartingTogetherMigrateOnce() async throws {
        let location = DatabaseLocation.external(conninfo: try TestServer.newDatabase())
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let database = try await Database.open(location)
                    let count = try await database.migrate()
                    await database.close()
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(applied == Migration.all.count)
    }

    @Test func aFailedMigrationLeavesNothing() async throws {
        let database = try await Database.open(
            .external(conninfo: try TestServer.newDatabase()))
        let count = Migration.all.count
        let broken =
            Migration.all + [
                Migration(
                    number: count + 1, name: "broken",
                    bytes: Array("CREATE TABLE llava.half (); SELECT nonsense".utf8))
            ]
        await #expect(throws: StorageError.self) { try await database.migrate(broken) }
        #expect(try await database.column("SELECT to_regclass('llava.half')") == ["NULL"])
        #expect(
            try await database.column("SELECT max(number) FROM llava.migration") == ["\(count)"])
        #expect(try await database.migrate() == 0)
        await database.close()
    }

    @Test func longStateDirectoriesGetAShortSocket() throws {
        let long = TestServer.freshStateDirectory() + String(repeating: "x", count: 100)
        let cluster = EmbeddedCluster(stateDirectory: long)
        try cluster.prepareDirectories()
        defer { try? FileManager.default.removeItem(atPath: long) }
        let user = try cluster.serverUser()
        let socket = try cluster.socketDirectory(user)
        defer { rmdir(socket) }
        #expect(!socket.hasPrefix(long))
        #expect(socket.utf8.count + 14 <= EmbeddedCluster.longestSocketPath)
        #expect(try cluster.socketDirectory(user) == socket)
        let status = try #require(FileStatus(socket))
        #expect(status.owner == user.uid && status.permissions == 0o700)
        // Someone else's directory of that name is not trusted.
        chmod(socket, 0o777)
        let error = #expect(throws: StorageError.self) { try cluster.socketDirectory(user) }
        #expect(error?.kind == .embedded && error?.message.contains(socket) == true)
    }

    @Test(.enabled(if: geteuid() == 0, "only root starts the server as someone else"))
    func rootIsToldWhereTheServersUserCannotGo() throws {
        let closed = TestServer.freshStateDirectory()
        mkdir(closed, 0o700)
        defer { rmdir(closed) }
        let cluster = EmbeddedCluster(stateDirectory: closed + "/state")
        let error = #expect(throws: StorageError.self) { try cluster.prepareDirectories() }
        #expect(error?.kind == .embedded)
        #expect(error?.message.contains("cannot enter \(closed)") == true)
        #expect(error?.message.contains("PostgreSQL refuses to run as root") == true)
    }
}
