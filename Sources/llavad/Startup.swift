import Assembly
import Images
import LLaVA
import Logging
import Pipeline
import Settings
import Storage
import Workers

/// Brings the daemon up, step by step: model, database, presets, workers.
///
/// The model comes first, because a wrong path is the commonest mistake and costs nothing to
/// find; a database is only started for a daemon that can work.
struct Startup: Sendable {
    /// How long a database of the user's may take to answer at the start.
    private static let databasePatience = Duration.seconds(15)

    let settings: DaemonSettings
    let logger: Logger
    let systemd: SystemdNotify

    /// Everything that runs.
    struct Running: Sendable {
        let service: DescribingService
        let workers: WorkerGroup
    }

    /// Starts everything.
    ///
    /// - Throws: `StartFailure`.
    func run() async throws(StartFailure) -> Running {
        do {
            let model = try loadModel()
            let location = DatabaseLocation(
                setting: settings.database, stateDirectory: settings.stateDirectory)
            try await prepareDatabase(location)
            let workers = try await startWorkers(model)
            let plan = DescribingService.Plan(
                registration: Registration(
                    identity: try DaemonIdentity.current(), modelFingerprint: model.fingerprint,
                    modelName: Self.name(of: model), workers: workers.count),
                loader: ImageLoader(limits: ImageLimits(settings.images)),
                maxAttempts: settings.retry.maxAttempts, claimsJobs: settings.sources.jobTable,
                folders: FolderRules(settings))
            let service = try await DescribingService.open(
                plan, at: location, workers: workers, logger: logger)
            return Running(service: service, workers: workers)
        } catch {
            throw StartFailure(error)
        }
    }

    private func loadModel() throws -> LlavaModel {
        let location = try ModelLocation(settings)
        systemd.status("loading \(location.text)")
        let model = try LlavaModel.load(location)
        _ = try model.requiredTemplate()
        guard model.preprocessor != nil else {
            throw model.blind
        }
        // Reads every weight once, which also brings them into memory.
        logger.info(
            "loaded \(location.text)", metadata: ["fingerprint": "\(model.fingerprint)"])
        return model
    }

    private func prepareDatabase(_ location: DatabaseLocation) async throws {
        systemd.status("opening the database")
        let database = try await openPatiently(location)
        do {
            let steps = try await database.migrate()
            if steps > 0 { logger.notice("the database's schema was brought up by \(steps) steps") }
            let stored = try await PresetLibrary.store(
                try Preset.builtIn(), default: settings.defaultPreset, in: database)
            if stored > 0 { logger.notice("\(stored) built-in presets were stored") }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private func openPatiently(
        _ location: DatabaseLocation
    ) async throws(StorageError) -> Database {
        let deadline = ContinuousClock.now + Self.databasePatience
        while true {
            do {
                return try await Database.open(location, applicationName: "llavad start")
            } catch {
                guard error.isTransient, ContinuousClock.now < deadline else { throw error }
                logger.warning("the database does not answer yet: \(error)")
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func startWorkers(_ model: LlavaModel) async throws -> WorkerGroup {
        let (machine, summary) = (Machine.current, model.summary)
        let plan = WorkerPlan(
            WorkerPlan.Wishes(settings.workers), machine: machine, model: summary)
        logger.info("\(plan.sentence): \(plan.reason(machine: machine, model: summary))")
        guard let preprocessor = model.preprocessor else { throw model.blind }
        let preparer = PicturePreparer(
            decoder: ImageDecoder(settings.images, reading: model.location.reading),
            preprocessor: preprocessor)
        let workers = WorkerGroup(
            count: plan.workers, pictures: plan.limits.pictures,
            prepare: { image throws(PipelineError) in try preparer.prepare(image) },
            factory: { _ throws(PipelineError) in
                do throws(EngineError) {
                    return Describer(
                        scheduler: try Scheduler(
                            model: model, threads: plan.threads, limits: plan.limits))
                } catch {
                    throw PipelineError(.look, .engine, error.message)
                }
            })
        try await workers.start()
        return workers
    }

    /// The name people know the model by: its file's, without the ending.
    private static func name(of model: LlavaModel) -> String {
        let file = model.location.text.split(separator: "/").last.map(String.init) ?? "model"
        return file.hasSuffix(".gguf") ? String(file.dropLast(5)) : file
    }
}
