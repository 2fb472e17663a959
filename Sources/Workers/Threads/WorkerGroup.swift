public import Pipeline
import Synchronization
import Threads

/// A fixed number of worker threads, each with a describer of its own, and as many that prepare the
/// next pictures for them.
///
/// Threads and not tasks: a picture computes for seconds, and the cooperative pool has one
/// thread a core. A describer is made on the thread that uses it, because an engine with its
/// scratch memory and KV cache belongs to one thread. Pictures are decoded and made the model's
/// input on other threads, so that no worker waits for that, and whichever worker has room takes
/// the oldest.
public final class WorkerGroup: Sendable {
    /// Makes a worker's describer, on that worker's thread.
    public typealias Factory =
        @Sendable (_ worker: Int) throws(PipelineError) -> any ImageDescribing
    /// Makes a picture ready for the model, on any thread.
    public typealias Preparation =
        @Sendable (_ image: SourceImage) throws(PipelineError) -> PreparedPicture

    /// Bytes of a worker thread's stack; only what is touched becomes memory.
    private static let stackBytes = 8 << 20

    /// How many worker threads there are.
    public let count: Int
    /// The most pictures each works on at once.
    public let pictures: Int

    private let arriving = Inbox<(SourceImage, Assignment)>()
    private let ready = Inbox<(PreparedPicture, Assignment)>()
    private let slots: [WorkerSlot]
    private let workers = Mutex<[NamedThread]>([])
    private let preparers = Mutex<[NamedThread]>([])
    private let prepare: Preparation
    private let factory: Factory

    /// Makes a group; `start` starts its threads.
    ///
    /// - Parameters:
    ///   - count: How many worker threads, at least 1.
    ///   - pictures: The most pictures each works on at once, at least 1.
    ///   - prepare: Makes a picture ready for the model.
    ///   - factory: Makes a worker's describer on that worker's thread.
    public init(
        count: Int, pictures: Int = 1, prepare: @escaping Preparation, factory: @escaping Factory
    ) {
        precondition(count > 0, "a worker group has at least one worker, not \(count)")
        precondition(pictures > 0, "a worker takes at least one picture, not \(pictures)")
        self.count = count
        self.pictures = pictures
        self.prepare = prepare
        self.factory = factory
        slots = (0..<count).map { _ in WorkerSlot() }
    }

    /// Starts the threads and waits until each worker has its describer.
    ///
    /// - Throws: `PipelineError` of the first describer that cannot be made; then no thread runs.
    public func start() async throws(PipelineError) {
        let (reports, report) = AsyncStream.makeStream(of: PipelineError?.self)
        workers.withLock { threads in
            for (worker, slot) in slots.enumerated() {
                threads.append(workerThread(worker, slot, report))
            }
        }
        preparers.withLock { threads in
            for number in 0..<count { threads.append(preparerThread(number)) }
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

    private func workerThread(
        _ worker: Int, _ slot: WorkerSlot, _ report: AsyncStream<PipelineError?>.Continuation
    ) -> NamedThread {
        let (ready, factory) = (ready, factory)
        return NamedThread("worker-\(worker)", stackBytes: Self.stackBytes) {
            let describer: any ImageDescribing
            do throws(PipelineError) {
                describer = try factory(worker)
            } catch {
                report.yield(error)
                return
            }
            report.yield(nil)
            describer.describe { waits in
                guard let (picture, assignment) = waits ? ready.next() : ready.take() else {
                    return nil
                }
                return assignment.task(on: picture, slot)
            }
        }
    }

    private func preparerThread(_ number: Int) -> NamedThread {
        let (arriving, ready, prepare) = (arriving, ready, prepare)
        return NamedThread("pictures-\(number)") {
            while let (image, assignment) = arriving.next() {
                guard !assignment.stop.isSet else {
                    assignment.end(.cancelled(image.path))
                    continue
                }
                do throws(PipelineError) {
                    ready.put((try prepare(image), assignment))
                } catch {
                    assignment.end(error)
                }
            }
        }
    }

    /// Hands a picture to the next worker that has room for it.
    ///
    /// - Parameters:
    ///   - image: The picture's file.
    ///   - presets: What to ask.
    ///   - job: The job's number, for the state dump.
    ///   - stop: Stops the work between two tokens.
    /// - Returns: `begun`, the answers as they come, then `finished` or `failed`; a stream that
    ///   ends without either comes from a group that was closed.
    public func describe(
        _ image: SourceImage, presets: [Preset], job: Int64, stop: StopFlag
    ) -> AsyncStream<WorkEvent> {
        let (events, continuation) = AsyncStream.makeStream(of: WorkEvent.self)
        arriving.put(
            (
                image,
                Assignment(job: job, presets: presets, stop: stop, events: continuation)
            ))
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
        arriving.close()
        for thread in preparers.withLock({ $0 }) { thread.join() }
        ready.close()
        for thread in workers.withLock({ $0 }) { thread.join() }
    }
}
