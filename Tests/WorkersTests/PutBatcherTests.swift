import Storage
import Synchronization
import Testing

@testable import Workers

/// A store that answers a put once told to, and refuses one job for good.
private final class GatedStore: JobStore {
    private let batches = Mutex<[[Int64]]>([])
    private let gates: AsyncStream<Void>
    private let gate: AsyncStream<Void>.Continuation

    init() { (gates, gate) = AsyncStream.makeStream(of: Void.self) }

    /// The jobs of every put so far.
    var seen: [[Int64]] { batches.withLock { $0 } }

    /// Lets a put be answered.
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
        job: Int64, fence: Int64, sha256: [UInt8], stamp: FileStamp
    ) async throws(StorageError) -> Identification { .gone }

    func giveBack(
        job: Int64, fence: Int64, how: GiveBack, failureClass: String?, error: String?,
        maxAttempts: Int?
    ) async throws(StorageError) -> JobState? { nil }
}

@Suite struct PutBatcherTests {
    @Test func whatComesDuringATransactionGoesIntoTheNext() async throws {
        let store = GatedStore()
        let batcher = PutBatcher(store)
        // An actor runs its tasks of one priority in the order of their making.
        func put(_ job: Int64, final: Bool = true) -> Task<PutOutcome?, Never> {
            Task {
                try? await batcher.put(
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
}
