import Logging
import Storage
import Synchronization

/// A store whose calls about a claimed job are repeated until the database answers.
///
/// A job that was claimed and computed must not be lost because the server restarts: every
/// call here may be sent twice without harm, so after a failure that may pass it is sent
/// again. Repeating ends when the claim is lost or the daemon gives up waiting.
final class PatientStore: Sendable {
    private let store: any JobStore
    private let identifications: Batcher<FoundPicture, Identification>
    private let puts: Batcher<JobAnswers, PutOutcome>
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let maxAttempts: Int
    private let isAbandoned = Atomic<Bool>(false)

    init(
        _ store: any JobStore, maxAttempts: Int, clock: any Clock<Duration>, logger: Logger
    ) {
        self.store = store
        identifications = Batcher { pictures throws(StorageError) in
            try await store.identify(pictures)
        }
        puts = Batcher { answers throws(StorageError) in try await store.put(answers) }
        self.maxAttempts = maxAttempts
        self.clock = clock
        self.logger = logger
    }

    /// Makes every further failure final: the process is about to end.
    func abandon() {
        isAbandoned.store(true, ordering: .releasing)
    }

    /// Pictures that wait for the transaction under way.
    var waitingPictures: Int {
        get async { await identifications.waitingCount }
    }

    func identify(
        _ job: ClaimedJob, sha256: [UInt8], stamp: FileStamp, stop: StopFlag
    ) async throws(StorageError) -> Identification {
        try await repeating("identify", job, stop) { () async throws(StorageError) in
            try await self.identifications.send(
                FoundPicture(job: job.id, fence: job.fence, sha256: sha256, stamp: stamp))
        }
    }

    func put(
        _ job: ClaimedJob, _ answers: [NewAnswer], final: Bool, stop: StopFlag
    ) async throws(StorageError) -> PutOutcome {
        try await repeating("put", job, stop) { () async throws(StorageError) in
            try await self.puts.send(
                JobAnswers(job: job.id, fence: job.fence, answers: answers, isFinal: final))
        }
    }

    func giveBack(
        _ job: ClaimedJob, _ how: GiveBack, failureClass: String?, error: String?, stop: StopFlag
    ) async throws(StorageError) -> JobState? {
        try await repeating("give back", job, stop) { () async throws(StorageError) in
            try await self.store.giveBack(
                job: job.id, fence: job.fence, how: how, failureClass: failureClass, error: error,
                maxAttempts: self.maxAttempts)
        }
    }

    private func repeating<Reply: Sendable>(
        _ what: String, _ job: ClaimedJob, _ stop: StopFlag,
        _ call: () async throws(StorageError) -> Reply
    ) async throws(StorageError) -> Reply {
        var backoff = Backoff()
        while true {
            do {
                return try await call()
            } catch {
                let mayPass = error.isTransient && stop.reason != .lost
                guard mayPass, !isAbandoned.load(ordering: .acquiring) else { throw error }
                logger.warning(
                    "\(what) of job \(job.id) is repeated: \(error)",
                    metadata: ["job": "\(job.id)"])
            }
            try? await clock.sleep(for: backoff.delay())
        }
    }
}
