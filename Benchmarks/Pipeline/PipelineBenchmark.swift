import Glibc
import Images
import LLaVA
import Logging
import Pipeline
import Storage
import Workers

/// Works through a queue with a null engine and prints how many jobs a second that was.
///
///     pipeline-benchmark STATE-DIRECTORY WORKERS
///
/// The queue is the embedded one of the state directory; `Benchmarks/pipeline.py` fills it.
@main
struct PipelineBenchmark {
    static func main() async throws {
        guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]),
            count > 0
        else {
            print("usage: pipeline-benchmark STATE-DIRECTORY WORKERS")
            exit(2)
        }
        let location = DatabaseLocation.embedded(stateDirectory: CommandLine.arguments[1])
        let database = try await Database.open(location, applicationName: "benchmark")
        try await database.migrate()
        let workers = WorkerGroup(
            count: count, pictures: 8,
            prepare: { image in
                PreparedPicture(
                    image, views: ImageViews(PixelTensor(side: 0, values: [])),
                    preparationMS: 0)
            }, factory: { _ in NullDescriber() })
        try await workers.start()
        var logger = Logger(label: "benchmark")
        logger.logLevel = .warning
        let plan = DescribingService.Plan(
            registration: Registration(
                identity: try DaemonIdentity.current(),
                modelFingerprint: String(repeating: "0", count: 64), modelName: "null",
                workers: count),
            loader: ImageLoader(limits: ImageLimits()))
        let queued = try await database.status().counts.open
        let service = try await DescribingService.open(
            plan, at: location, workers: workers, logger: logger)
        let clock = ContinuousClock()
        let start = clock.now
        let running = Task { await service.run() }
        while service.state.counts.done < queued {
            // Often enough for a measurement of seconds, too seldom to take part in it.
            try await Task.sleep(for: .milliseconds(20))
        }
        let seconds = (clock.now - start) / .seconds(1)
        await service.drain()
        await running.value
        await database.close()
        print(
            "{\"jobs\": \(queued), \"seconds\": \(seconds), "
                + "\"jobs_per_s\": \(Double(queued) / seconds)}")
        workers.close()
    }
}
