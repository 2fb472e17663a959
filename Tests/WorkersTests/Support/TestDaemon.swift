import Foundation
import Images
import Logging
import Pipeline
import Testing

@testable import Storage
@testable import Workers

/// A service with a fake model on a real database, and a folder of "pictures".
final class TestDaemon: Sendable {
    let database: Database
    let model = FakeModel()
    let service: DescribingService
    let workers: WorkerGroup
    let folder: String
    private let running: Task<Void, Never>

    private init(
        _ database: Database, _ service: DescribingService, _ workers: WorkerGroup, folder: String
    ) {
        self.database = database
        self.service = service
        self.workers = workers
        self.folder = folder
        running = Task { await service.run() }
    }

    /// Runs `body` beside a daemon and stops it afterwards.
    static func with(
        workers count: Int = 4, pictures: Int = 1, at given: DatabaseLocation? = nil,
        folders: FolderRules? = nil,
        _ body: (TestDaemon, FakeModel) async throws -> Void
    ) async throws {
        let location: DatabaseLocation
        if let given { location = given } else { location = try await TestServer.freshDatabase() }
        let database = try await Database.open(location, applicationName: "test")
        _ = try await PresetLibrary.store(
            try Preset.builtIn(), default: Preset.defaultName, in: database)
        let model = FakeModel()
        let workers = WorkerGroup(
            count: count, pictures: pictures,
            prepare: { image throws(PipelineError) in try model.prepare(image) },
            factory: { _ in model.describer(pictures) })
        try await workers.start()
        let plan = DescribingService.Plan(
            registration: Registration(
                identity: try DaemonIdentity.current(),
                modelFingerprint: String(repeating: "f", count: 64), modelName: "fake",
                workers: count),
            loader: ImageLoader(limits: ImageLimits()), folders: folders ?? FolderRules())
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let service = try await DescribingService.open(
            plan, at: location, workers: workers, logger: logger)
        let folder = NSTemporaryDirectory() + "llavad-pictures-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let daemon = TestDaemon(database, service, workers, folder: folder)
        do {
            try await body(daemon, model)
        } catch {
            await daemon.stop()
            throw error
        }
        await daemon.stop()
    }

    /// Aborts what runs and waits for the end.
    func stop() async {
        await service.abort()
        await running.value
        workers.close()
        await database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Waits for the service to have ended by itself.
    func waitForEnd() async {
        await running.value
    }

    /// Writes a picture and tells its path.
    func picture(_ name: String, _ text: String) throws -> String {
        let path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        // An old file, so that nothing waits for a writer.
        var times = [timespec(), timespec()]
        for index in times.indices { times[index].tv_sec = time(nil) - 3600 }
        utimensat(AT_FDCWD, path, times, 0)
        return path
    }

    /// Enqueues pictures and gives their jobs.
    func enqueue(_ paths: [String], presets: [String] = []) async throws -> [Int64] {
        try await database.enqueue(paths.map { NewJob(path: $0) }, presets: presets).jobIDs
    }

    /// Waits until a condition holds; fails the test after two minutes.
    func until(
        _ what: String, _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                let jobs = try await database.jobs(limit: 5)
                Issue.record("after 120 s still not: \(what); \(jobs) \(service.state.json)")
                throw CancellationError()
            }
            // The condition is another thread's or the server's doing: there is no signal to wait for.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits until a job is over and gives it.
    func finished(_ job: Int64) async throws -> JobRow {
        try await until("job \(job) is over") {
            let state = try await self.database.job(job)?.state
            return state == .done || state == .dead || state == .cancelled
        }
        return try #require(try await database.job(job))
    }

    /// Waits until every job is over.
    func untilAllFinished() async throws {
        try await until("all jobs are over") {
            try await self.database.counts().open == 0
        }
    }
}
