import Pipeline

/// One picture on its way to a worker.
struct Assignment: Sendable {
    let job: Int64
    let presets: [Preset]
    let stop: StopFlag
    let events: AsyncStream<WorkEvent>.Continuation

    /// Reports the end of the work.
    func end(_ error: PipelineError?) {
        events.yield(error.map { .failed($0) } ?? .finished)
        events.finish()
    }

    /// The work as a describer takes it.
    ///
    /// - Parameters:
    ///   - picture: The picture.
    ///   - slot: Where the worker writes down what it is doing.
    /// - Returns: The task; from here on the worker is at the picture.
    func task(on picture: PreparedPicture, _ slot: WorkerSlot) -> DescribingTask {
        slot.begin(job, path: picture.path)
        events.yield(.begun)
        return DescribingTask(
            picture: picture, presets: presets,
            isCancelled: {
                slot.tick()
                return stop.isSet
            },
            onAnswer: { answer in
                slot.answered(job)
                events.yield(.answer(answer))
            },
            onEnd: { error in
                slot.end(job)
                end(error)
            })
    }
}
