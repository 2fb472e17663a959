import Storage

/// Sends what several jobs have to say to the database in one transaction.
///
/// Whatever arrives while one transaction is under way goes into the next, so a daemon with little
/// to say waits for nobody and one with much pays for few commits. If the database refuses a
/// batch, each job is sent alone, so that what is wrong with one costs no other.
actor Batcher<Request: Sendable, Reply: Sendable> {
    /// Sends a batch; gives the replies in the order of the requests.
    typealias Transaction = @Sendable (_ batch: [Request]) async throws(StorageError) -> [Reply]

    private struct Waiting {
        let request: Request
        let done: CheckedContinuation<Result<Reply, StorageError>, Never>
    }

    /// The most jobs in a transaction: some 100 KB of answers, and locks held for milliseconds.
    private let most = 64
    private let transaction: Transaction
    private var waiting: [Waiting] = []
    private var isSending = false

    init(_ transaction: @escaping Transaction) {
        self.transaction = transaction
    }

    /// Requests that wait for the transaction under way.
    var waitingCount: Int { waiting.count }

    /// Sends a job's request, with those of others if there are any.
    func send(_ request: Request) async throws(StorageError) -> Reply {
        let result = await withCheckedContinuation { done in
            waiting.append(Waiting(request: request, done: done))
            guard !isSending else { return }
            isSending = true
            Task { await sendAll() }
        }
        return try result.get()
    }

    private func sendAll() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(most))
            waiting.removeFirst(batch.count)
            await send(batch)
        }
        isSending = false
    }

    private func send(_ batch: [Waiting]) async {
        do throws(StorageError) {
            let replies = try await transaction(batch.map(\.request))
            for (job, reply) in zip(batch, replies) {
                job.done.resume(returning: .success(reply))
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
