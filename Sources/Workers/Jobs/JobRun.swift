import Logging
import Pipeline
import Storage

/// One claimed job from its claim to its end: read, identify, describe, store.
struct JobRun: Sendable {
    /// What every job of a daemon shares.
    struct Surroundings: Sendable {
        let store: PatientStore
        let readers: FileReaders
        let workers: WorkerGroup
        let gate: ContentGate
        let counters: WorkCounters
        let logger: Logger
    }

    /// Answers are stored in between, once this much work would be lost by a crash.
    private static let worthStoring = Duration.seconds(1)

    let job: ClaimedJob
    let stop: StopFlag
    let around: Surroundings
    /// Called when a worker has taken the picture.
    let onBegin: @Sendable () async -> Void

    /// Does the job; whatever happens, the job has been ended or given back when this returns,
    /// unless the database would not have it.
    func run() async {
        do throws(StorageError) {
            try await attempt()
        } catch {
            await refused(error)
        }
    }

    private func attempt() async throws(StorageError) {
        let presets: [Int32: Preset]
        let image: SourceImage
        do throws(PipelineError) {
            presets = try wantedPresets()
            image = try await around.readers.load(job.path)
        } catch {
            return try await giveBack(error)
        }
        await around.gate.enter(image.sha256)
        do throws(StorageError) {
            try await describe(image, presets)
        } catch {
            await around.gate.leave(image.sha256)
            throw error
        }
        await around.gate.leave(image.sha256)
    }

    private func wantedPresets() throws(PipelineError) -> [Int32: Preset] {
        guard job.unknownPresets.isEmpty else {
            let names = job.unknownPresets.map { "'\($0)'" }.joined(separator: ", ")
            throw PipelineError(
                .preset, .preset,
                "The job wants \(names), and no such preset exists: list them with 'llavactl "
                    + "presets list', or add it and retry the job.")
        }
        var presets: [Int32: Preset] = [:]
        for row in job.presets {
            presets[row.id] = try Preset(json: row.body, version: row.version)
        }
        return presets
    }

    private func describe(
        _ image: SourceImage, _ presets: [Int32: Preset]
    ) async throws(StorageError) {
        if stop.isSet { return try await giveBackStopped() }
        let stamp = FileStamp(
            size: image.identity.size,
            modificationNanoseconds: image.identity.modificationNanoseconds)
        switch try await around.store.identify(
            job, sha256: image.sha256, stamp: stamp, stop: stop)
        {
        case .missing(let missing) where missing.isEmpty:
            around.counters.count(\.known)
            try await finish(with: [], tokens: 0)
        case .missing(let missing):
            try await answer(image, asking: missing, of: presets)
        case .cancelled:
            stop.stop(.cancelled)
            try await giveBackStopped()
        case .stale, .gone:
            stop.stop(.lost)
        }
    }

    private func answer(
        _ image: SourceImage, asking missing: [MissingAnswers], of presets: [Int32: Preset]
    ) async throws(StorageError) {
        var asked: [Preset] = []
        var identifiers: [String: Int32] = [:]
        for part in missing {
            guard let preset = presets[part.presetID] else { continue }
            asked.append(preset.asking(only: part.questions))
            identifiers[preset.name] = part.presetID
        }
        var (unstored, tokens) = ([NewAnswer](), 0)
        var storedAt = ContinuousClock.now
        let events = around.workers.describe(image, presets: asked, job: job.id, stop: stop)
        for await event in events {
            switch event {
            case .begun: await onBegin()
            case .answer(let answer):
                guard let preset = identifiers[answer.preset] else { continue }
                tokens += answer.tokens
                unstored.append(NewAnswer(answer, preset: preset))
                // After the job's last question the final put follows at once.
                guard ContinuousClock.now - storedAt >= Self.worthStoring, !stop.isSet else {
                    continue
                }
                try await store(&unstored)
                storedAt = .now
            case .finished:
                return try await finish(with: unstored, tokens: tokens)
            case .failed(let error):
                if stop.reason != .lost { try await store(&unstored) }
                return try await giveBack(error)
            }
        }
        // The workers were closed before they came to this picture.
        stop.stop(.shutdown)
        try await giveBackStopped()
    }

    /// Stores answers in between and obeys the reply.
    private func store(_ unstored: inout [NewAnswer]) async throws(StorageError) {
        guard !unstored.isEmpty else { return }
        let outcome = try await around.store.put(job, unstored, final: false, stop: stop)
        unstored = []
        switch outcome {
        case .ok: break
        case .cancel: stop.stop(.cancelled)
        case .done, .more, .already, .stale, .gone: stop.stop(.lost)
        }
    }

    private func finish(
        with answers: [NewAnswer], tokens: Int
    ) async throws(StorageError) {
        switch try await around.store.put(job, answers, final: true, stop: stop) {
        case .done, .already: around.counters.finished(tokens: tokens)
        case .ok, .more, .cancel: break
        case .stale, .gone:
            around.logger.notice(
                "job \(job.id) was taken over by another claim; its answers were dropped",
                metadata: ["job": "\(job.id)", "path": "\(job.path)"])
        }
    }

    /// Ends a job whose picture could not be described.
    private func giveBack(_ error: PipelineError) async throws(StorageError) {
        if stop.isSet || error.disposition == .cancelled { return try await giveBackStopped() }
        let how: GiveBack = error.disposition == .retry ? .retry : .dead
        let state = try await around.store.giveBack(
            job, how, failureClass: error.failureClass, error: error.message, stop: stop)
        if state == .dead {
            around.counters.count(\.dead)
            around.logger.warning(
                "job \(job.id) is given up: \(error.message)",
                metadata: ["job": "\(job.id)", "class": "\(error.failureClass)"])
        } else {
            around.counters.count(\.retried)
            around.logger.info(
                "job \(job.id) waits for another attempt: \(error.message)",
                metadata: ["job": "\(job.id)", "class": "\(error.failureClass)"])
        }
    }

    /// Ends a job that was stopped; the database makes a cancelled one cancelled.
    private func giveBackStopped() async throws(StorageError) {
        guard stop.reason != .lost else { return }
        let isCancelled = stop.reason == .cancelled
        let state = try await around.store.giveBack(
            job, .release,
            failureClass: isCancelled ? FailureClass.cancelled.rawValue : nil,
            error: isCancelled ? "The job was cancelled while it ran." : nil, stop: stop)
        if state == .ready { around.counters.count(\.released) }
    }

    /// The database answered that it will not have what was sent: no repetition helps.
    private func refused(_ error: StorageError) async {
        guard stop.reason != .lost else { return }
        around.logger.error(
            "job \(job.id) could not be stored: \(error)",
            metadata: ["job": "\(job.id)", "path": "\(job.path)"])
        guard !error.isTransient, error.kind != .closed else { return }
        do throws(StorageError) {
            _ = try await around.store.giveBack(
                job, .dead, failureClass: FailureClass.engine.rawValue,
                error: "The answers could not be stored: \(error)", stop: stop)
            around.counters.count(\.dead)
        } catch {
            around.logger.error(
                "job \(job.id) could not be given up either: \(error)",
                metadata: ["job": "\(job.id)"])
        }
    }
}

extension NewAnswer {
    fileprivate init(_ answer: DescribedAnswer, preset: Int32) {
        self.init(
            presetID: preset, question: answer.question, answer: answer.text, data: answer.data,
            confidence: answer.confidence, finishReason: answer.finishReason,
            tokens: answer.tokens, durationMS: answer.durationMS)
    }
}
