import Glibc
import Images
import LLaVA
import Logging
import Pipeline
import Storage
import Workers

/// Works through a queue with an engine that computes nothing and prints what the pipeline takes.
///
///     pipeline-benchmark STATE-DIRECTORY WORKERS [SECONDS]
///
/// The queue is the embedded one of the state directory; `Benchmarks/pipeline.py` fills it.
/// SECONDS is what the engine takes for a picture; without it the engine is a null engine. A line
/// `begin` marks where, after a quarter of the pictures, plans are made and files open and the
/// costs of a picture begin to be counted, a line `end` the last picture's end.
@main
struct PipelineBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard (3...4).contains(arguments.count), let count = Int(arguments[2]), count > 0,
            let seconds = arguments.count == 4 ? Double(arguments[3]) : 0, seconds >= 0
        else {
            print("usage: pipeline-benchmark STATE-DIRECTORY WORKERS [SECONDS]")
            exit(2)
        }
        let location = DatabaseLocation.embedded(stateDirectory: arguments[1])
        let database = try await Database.open(location, applicationName: "benchmark")
        try await database.migrate()
        let meter = PipelineMeter()
        let workers = WorkerGroup(
            // A worker that takes its time has no other picture to fill the wait for the next.
            count: count, pictures: seconds > 0 ? 1 : 8,
            prepare: { image in
                PreparedPicture(
                    image, views: ImageViews(PixelTensor(side: 0, values: [])),
                    preparationMS: 0)
            }, factory: { _ in TimedDescriber(duration: .seconds(seconds), meter: meter) })
        try await workers.start()
        let queued = try await database.status().counts.open
        let service = try await open(location, workers)

        let clock = ContinuousClock()
        let start = clock.now
        let running = Task { await service.run() }
        // Often enough for what is measured, too seldom to take part in it.
        let pause = Duration.milliseconds(seconds > 0 ? 250 : 20)
        try await until(every: pause) { service.state.counts.done * 4 >= queued }
        _ = meter.take()
        let (counted, processor) = (
            service.state.counts.done, PipelineMeter.processorSeconds()
        )
        say("begin")
        try await until(every: pause) { service.state.counts.done >= queued }
        let total = (clock.now - start) / .seconds(1)
        let cost = PipelineMeter.processorSeconds() - processor
        let reading = meter.take()
        say("end")
        await service.drain()
        await running.value
        await database.close()
        say(
            """
            {"jobs": \(queued), "seconds": \(total), "jobs_per_s": \(Double(queued) / total), \
            "counted": \(queued - counted), "processor_s": \(cost), \
            "followers": \(reading.pictures), "waited_s": \(reading.waited / .seconds(1))}
            """)
        workers.close()
    }

    private static func open(
        _ location: DatabaseLocation, _ workers: WorkerGroup
    ) async throws -> DescribingService {
        var logger = Logger(label: "benchmark")
        logger.logLevel = .warning
        let plan = DescribingService.Plan(
            registration: Registration(
                identity: try DaemonIdentity.current(),
                modelFingerprint: String(repeating: "0", count: 64), modelName: "null",
                workers: workers.count),
            loader: ImageLoader(limits: ImageLimits()))
        return try await DescribingService.open(
            plan, at: location, workers: workers, logger: logger)
    }

    /// Writes a line at once: standard output is a pipe, and what `print` says stays in a buffer.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }

    private static func until(
        every pause: Duration, _ condition: @Sendable () -> Bool
    ) async throws {
        while !condition() { try await Task.sleep(for: pause) }
    }
}
