import Glibc
import Synchronization

/// A serial executor on one named thread: an actor that uses it may block.
///
/// `Storage` gives each database connection an actor on such an executor, so a
/// slow server holds up that connection and nothing else.
public final class ThreadExecutor: SerialExecutor {
    private let inbox = Inbox<UnownedJob>()

    /// Starts the executor's thread.
    ///
    /// - Parameter name: The thread's name; only the first 15 bytes are kept.
    public init(name: String) {
        let inbox = inbox
        let thread = NamedThread(name) { [weak self] in
            while let job = inbox.next() {
                guard let self else { return }
                job.runSynchronously(on: self.asUnownedSerialExecutor())
            }
        }
        _ = thread
    }

    /// Queues a job of the actor that uses this executor.
    ///
    /// - Parameter job: The job to run on the thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        inbox.put(UnownedJob(job))
    }

    deinit { inbox.close() }
}
