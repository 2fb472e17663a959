import Logging
import Storage
import Synchronization
import Testing

@testable import Workers

/// A store that fails as told before it answers.
private final class FailingStore: JobStore {
    private let failures: Mutex<[StorageError]>
    private let calls = Mutex(0)

    init(_ failures: [StorageError]) {
        self.failures = Mutex(failures)
    }

    var callCount: Int { calls.withLock { $0 } }

    private func attempt() throws(StorageError) {
        calls.withLock { $0 += 1 }
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let failure { throw failure }
    }

    func claim(epoch: Int64, limit: Int) async throws(StorageError) -> [ClaimedJob] { [] }

    func identify(
        _ pictures: [FoundPicture]
    ) async throws(StorageError) -> [Identification] {
        try attempt()
        return pictures.map { _ in .missing([]) }
    }

    func put(_ jobs: [JobAnswers]) async throws(StorageError) -> [PutOutcome] {
        try attempt()
        return jobs.map { _ in .already }
    }

    func giveBack(
        job: Int64, fence: Int64, how: GiveBack, failureClass: String?, error: String?,
        maxAttempts: Int?
    ) async throws(StorageError) -> JobState? {
        try attempt()
        return .ready
    }
}

@Suite struct PatientStoreTests {
    private let job = ClaimedJob(id: 1, fence: 1, path: "/a", presets: [])
    private let lost = StorageError(.connection, "the connection was lost")
    private let broken = StorageError(.statement, "no such column", sqlState: "42703")

    private func store(_ failing: FailingStore) -> PatientStore {
        PatientStore(
            failing, maxAttempts: 5, clock: InstantClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func repeatsUntilTheDatabaseAnswers() async throws {
        let failing = FailingStore(Array(repeating: lost, count: 7))
        let outcome = try await store(failing).put(job, [], final: true, stop: StopFlag())
        #expect(outcome == .already)
        #expect(failing.callCount == 8)
    }

    @Test func aFailureThatCannotPassIsNotRepeated() async {
        let failing = FailingStore([broken])
        await #expect(throws: StorageError.self) {
            try await store(failing).put(job, [], final: true, stop: StopFlag())
        }
        #expect(failing.callCount == 1)
    }

    @Test func aLostClaimIsNotRepeated() async {
        let failing = FailingStore([lost, lost])
        let stop = StopFlag()
        stop.stop(.lost)
        await #expect(throws: StorageError.self) {
            try await store(failing).put(job, [], final: true, stop: stop)
        }
        #expect(failing.callCount == 1)
    }

    @Test func abandoningEndsTheRepetition() async {
        let failing = FailingStore([lost, lost])
        let patient = store(failing)
        patient.abandon()
        await #expect(throws: StorageError.self) {
            try await patient.giveBack(
                job, .release, failureClass: nil, error: nil, stop: StopFlag())
        }
        #expect(failing.callCount == 1)
    }
}
