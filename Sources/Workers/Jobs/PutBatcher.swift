import Storage

/// Stores the answers of several jobs in one transaction.
///
/// Whatever arrives while one transaction is under way goes into the next, so a daemon with little
/// to store waits for nobody and one with much pays for few commits. If the database refuses a
/// batch, each job is sent alone, so that what is wrong with one costs no other.
actor PutBatcher {
    /// The most jobs in a transaction: some 100 KB of answers, and locks held for milliseconds.
    private static let most = 64

    private struct Waiting {
        let put: JobAnswers
        let done: CheckedContinuation<Result<PutOutcome, StorageError>, Never>
    }

    private let store: any JobStore
    private var waiting: [Waiting] = []
    private var isSending = false

    init(_ store: any JobStore) {
        self.store = store
    }

    /// Jobs that wait for the transaction under way.
    var waitingCount: Int { waiting.count }

    /// Stores a job's answers, with those of others if there are any.
    func put(_ put: JobAnswers) async throws(StorageError) -> PutOutcome {
        let result = await withCheckedContinuation { done in
            waiting.append(Waiting(put: put, done: done))
            guard !isSending else { return }
            isSending = true
            Task { await send() }
        }
        return try result.get()
    }

    private func send() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.most))
            waiting.removeFirst(batch.count)
            await send(batch)
        }
        isSending = false
    }

    private func send(_ batch: [Waiting]) async {
        do throws(StorageError) {
            let outcomes = try await store.put(batch.map(\.put))
            for (job, outcome) in zip(batch, outcomes) {
                job.done.resume(returning: .success(outcome))
            }
        } catch {
            guard batch.count > 1, !error.isTransient, error.kind != .closed else {
                for job in batch { job.done.resume(returning: .failure(error)) }
                return
            }
            for job in batch { await send([job]) }
        }
    }
}
