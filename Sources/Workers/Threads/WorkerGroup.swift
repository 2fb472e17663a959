public import Pipeline
import Synchronization
import Threads

/// A fixed number of threads, each with a describer of its own, all fed from one queue.
///
/// Threads and not tasks: a picture computes for seconds, and the cooperative pool has one
/// thread a core. A describer is made on the thread that uses it, because an engine with its
/// scratch memory and KV cache belongs to one thread.
public final class WorkerGroup: Sendable {
    /// Makes a worker's describer, on that worker's thread.
    public typealias Factory =
        @Sendable (_ worker: Int) throws(PipelineError) -> any ImageDescribing

    /// Bytes of a worker thread's stack; only what is touched becomes memory.
    private static let stackBytes = 8 << 20

    /// How many worker threads there are.
    public let count: Int

    private let inbox = Inbox<Assignment>()
    private let slots: [WorkerSlot]
    private let threads = Mutex<[NamedThread]>([])
    private let factory: Factory

    /// Makes a group; `start` starts its threads.
    ///
    /// - Parameters:
    ///   - count: How many worker threads, at least 1.
    ///   - factory: Makes a worker's describer on that worker's thread.
    public init(count: Int, factory: @escaping Factory) {
        precondition(count > 0, "a worker group has at least one worker, not \(count)")
        self.count = count
        self.factory = factory
        slots = (0..<count).map { _ in WorkerSlot() }
    }

    /// Starts the threads and waits until each has its describer.
    ///
    /// - Throws: `PipelineError` of the first describer that cannot be made; then no thread runs.
    public func start() async throws(PipelineError) {
        let (reports, report) = AsyncStream.makeStream(of: PipelineError?.self)
        threads.withLock { threads in
            for (worker, slot) in slots.enumerated() {
                threads.append(thread(worker, slot, report))
            }
        }
        var failure: PipelineError?
        var missing = count
        for await result in reports {
            failure = failure ?? result
            missing -= 1
            if missing == 0 { break }
        }
        if let failure {
            close()
            throw failure
        }
    }

    private func thread(
        _ worker: Int, _ slot: WorkerSlot, _ report: AsyncStream<PipelineError?>.Continuation
    ) -> NamedThread {
        let (inbox, factory) = (inbox, factory)
        return NamedThread("worker-\(worker)", stackBytes: Self.stackBytes) {
            let describer: any ImageDescribing
            do throws(PipelineError) {
                describer = try factory(worker)
            } catch {
                report.yield(error)
                return
            }
            report.yield(nil)
            while let assignment = inbox.next() {
                Self.work(on: assignment, with: describer, slot)
            }
        }
    }

    /// One picture, on a worker's thread.
    private static func work(
        on assignment: Assignment, with describer: any ImageDescribing, _ slot: WorkerSlot
    ) {
        slot.begin(assignment.job, path: assignment.image.path)
        defer {
            slot.end()
            assignment.events.finish()
        }
        do throws(PipelineError) {
            try describer.describe(
                assignment.image, presets: assignment.presets,
                isCancelled: {
                    slot.tick()
                    return assignment.stop.isSet
                },
                onAnswer: { answer in
                    slot.answered()
                    assignment.events.yield(.answer(answer))
                })
            assignment.events.yield(.finished)
        } catch {
            assignment.events.yield(.failed(error))
        }
    }

    /// Hands a picture to the next free worker.
    ///
    /// - Parameters:
    ///   - image: The picture's file.
    ///   - presets: What to ask.
    ///   - job: The job's number, for the state dump.
    ///   - stop: Stops the work between two tokens.
    /// - Returns: The answers as they come, then `finished` or `failed`; a stream that ends
    ///   without either comes from a group that was closed.
    public func describe(
        _ image: SourceImage, presets: [Preset], job: Int64, stop: StopFlag
    ) -> AsyncStream<WorkEvent> {
        let (events, continuation) = AsyncStream.makeStream(of: WorkEvent.self)
        inbox.put(
            Assignment(
                job: job, image: image, presets: presets, stop: stop, events: continuation))
        return events
    }

    /// What every worker is doing.
    public var activity: [WorkerActivity] {
        slots.enumerated().map { worker, slot in slot.activity(of: worker) }
    }

    /// Lets the workers finish what is queued, then waits until their threads have ended.
    ///
    /// Blocks: for the end of the process, after every job's flag has been set.
    public func close() {
        inbox.close()
        for thread in threads.withLock({ $0 }) { thread.join() }
    }
}

/// One picture on its way to a worker.
private struct Assignment: Sendable {
    let job: Int64
    let image: SourceImage
    let presets: [Preset]
    let stop: StopFlag
    let events: AsyncStream<WorkEvent>.Continuation
}
