import Glibc
import LLaVA

/// Takes a model through the work of a batch and times every stage of it; on a thread of its own.
struct BenchRun {
    let model: BenchModel
    let work: BenchWork
    let reader: PictureReader

    /// Does all of it.
    ///
    /// - Throws: `EngineError`, or `PictureFailure`.
    func measure() throws -> BenchReport {
        let prepared = try model.prepared()
        let clock = ContinuousClock()
        let start = clock.now
        let loaded = try LlavaModel.load(prepared.location)
        let plan = WorkerPlan(work.wishes, machine: .current, model: loaded.summary)
        let scheduler = try Scheduler(
            model: loaded, threads: plan.threads, limits: plan.limits)
        let loadMS = Self.milliseconds(clock.now - start)
        guard let preprocessor = scheduler.model.preprocessor else {
            throw scheduler.model.blind
        }
        var report = BenchReport(
            model: model.name, work: work, plan: plan,
            keyValueStorage: prepared.location.keyValueStorage,
            weightBytes: loaded.summary.fileBytes, loadMS: loadMS)
        report.firstEncodeMS = try warmUp(scheduler, preprocessor)
        scheduler.times = StageTimes()

        let pictures = BenchPictures(
            work, reader: reader, preprocessor: preprocessor, ahead: plan.limits.pictures + 1)
        var failure: (any Error)?
        let begin = clock.now
        scheduler.run { waits in
            guard failure == nil else { return nil }
            do {
                return try pictures.next(waits: waits).map { picture in
                    report.add(picture)
                    return task(
                        on: picture, onAnswer: { report.add($0) },
                        onError: { error in failure = failure ?? error })
                }
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        report.totalMS = Self.milliseconds(clock.now - begin)
        report.times = scheduler.times
        report.peakBytes = Self.peakBytes()
        return report
    }

    /// A picture of the measurement.
    private func task(
        on picture: BenchPictures.Ready, onAnswer: @escaping (Generation) -> Void,
        onError: @escaping (EngineError) -> Void
    ) -> PictureTask {
        var options = GenerationOptions()
        options.maxTokens = work.maxTokens
        options.ignoresEnd = true
        return PictureTask(
            views: picture.views,
            requests: (0..<work.questions).map {
                AnswerRequest(question: work.question($0), options: options)
            }, onAnswer: { _, answer in onAnswer(answer) },
            onEnd: { if case .failed(let error) = $0 { onError(error) } })
    }

    /// Meets every page of the weights for the first time; how long the vision tower took.
    private func warmUp(
        _ scheduler: Scheduler, _ preprocessor: ImagePreprocessor
    ) throws(EngineError) -> Double {
        var options = GenerationOptions()
        options.maxTokens = 2
        options.ignoresEnd = true
        var failure: EngineError?
        var task: PictureTask? = PictureTask(
            views: preprocessor.input(for: BenchPictures.noise(0)),
            requests: [AnswerRequest(question: work.question(0), options: options)],
            onAnswer: { _, _ in },
            onEnd: { if case .failed(let error) = $0 { failure = error } })
        scheduler.run { _ in task.take() }
        if let failure { throw failure }
        return scheduler.times.encodeMS
    }

    /// The most memory this process has held at once, as getrusage(2) counts it: mapped pages of
    /// model files are part of it.
    private static func peakBytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }

    private static func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }
}
