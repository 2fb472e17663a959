import Logging
import Storage
import Synchronization
import Testing

@testable import Workers

/// A store that answers a put once told to, and refuses one job for good.
private final class GatedStore: JobStore {
    private let batches = Mutex<[[Int64]]>([])
    private let pictures = Mutex<[[Int64]]>([])
    private let gates: AsyncStream<Void>
    private let gate: AsyncStream<Void>.Continuation

    init() { (gates, gate) = AsyncStream.makeStream(of: Void.self) }

    /// The jobs of every put so far.
    var seen: [[Int64]] { batches.withLock { $0 } }

    /// The jobs of every identification so far.
    var identified: [[Int64]] { pictures.withLock { $0 } }

    /// Lets a put or an identification be answered.
    func open() { gate.yield() }

    func put(_ jobs: [JobAnswers]) async throws(StorageError) -> [PutOutcome] {
        batches.withLock { $0.append(jobs.map(\.job)) }
        for await _ in gates { break }
        if jobs.contains(where: { $0.job == 13 }) {
            throw StorageError(.statement, "no such question", sqlState: "22023")
        }
        return jobs.map { $0.isFinal ? .done : .ok }
    }

    func claim(epoch: Int64, limit: Int) async throws(StorageError) -> [ClaimedJob] { [] }

    func identify(
        _ pictures: [FoundPicture]
    ) async throws(StorageError) -> [Identification] {
        self.pictures.withLock { $0.append(pictures.map(\.job)) }
        for await _ in gates { break }
        return pictures.map { $0.job % 2 == 0 ? .stale : .missing([]) }
    }

    func giveBack(
        job: Int64, fence: Int64, how: GiveBack, failureClass: String?, error: String?,
        maxAttempts: Int?
    ) async throws(StorageError) -> JobState? { nil }
}

@Suite struct BatcherTests {
    @Test func whatComesDuringATransactionGoesIntoTheNext() async throws {
        let store = GatedStore()
        let batcher = Batcher<JobAnswers, PutOutcome> { jobs throws(StorageError) in
            try await store.put(jobs)
        }
        // An actor runs its tasks of one priority in the order of their making.
        func put(_ job: Int64, final: Bool = true) -> Task<PutOutcome?, Never> {
            Task {
                try? await batcher.send(
                    JobAnswers(job: job, fence: 1, answers: [], isFinal: final))
            }
        }
        let first = put(1)
        while store.seen.isEmpty { await Task.yield() }
        let others = [put(2), put(13), put(3, final: false)]
        while await batcher.waitingCount < 3 { await Task.yield() }
        for _ in 0..<5 { store.open() }
        #expect(await first.value == .done)
        #expect(await others[0].value == .done)
        // The job that is wrong is refused alone.
        #expect(await others[1].value == nil)
        #expect(await others[2].value == .ok)
        let seen = store.seen
        #expect(seen[0] == [1])
        #expect(seen[1].sorted() == [2, 3, 13])
        #expect(seen[2...].flatMap(\.self).sorted() == [2, 3, 13])
        #expect(seen.count == 5)
    }

    @Test func picturesFoundMeanwhileAreIdentifiedTogether() async throws {
        let store = GatedStore()
        let patient = PatientStore(
            store, maxAttempts: 5, clock: InstantClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        func identify(_ number: Int64) -> Task<Identification?, Never> {
            Task {
                try? await patient.identify(
                    ClaimedJob(id: number, fence: 1, path: "/\(number)", presets: []),
                    sha256: [UInt8](repeating: UInt8(number), count: 32),
                    stamp: FileStamp(size: 1, modificationNanoseconds: 1), stop: StopFlag())
            }
        }
        let first = identify(1)
        while store.identified.isEmpty { await Task.yield() }
        let others = (2...9).map { identify($0) }
        while await patient.waitingPictures < 8 { await Task.yield() }
        store.open()
        store.open()
        #expect(await first.value == .missing([]))
        for (number, other) in zip(2..., others) {
            #expect(await other.value == (number % 2 == 0 ? .stale : .missing([])))
        }
        #expect(store.identified.map { $0.sorted() } == [[1], Array(2...9)])
    }
}
