import Threads

/// Answers questions about many pictures with one reading of the weights a step.
///
/// Continuous batching: whenever fewer answers than the batch are being written, the next question is
/// read, or the next picture taken, looked at and read; answers that end leave at once. Between two
/// layers of what is read, the others take steps, so that they never wait long. The text before the
/// picture is read once and copied, a picture once for all its questions, which keep rows of their
/// own only. Every answer is the same, token for token, as it would be alone: `LlavaEngine` gives the
/// same.
///
/// Not `Sendable`: each worker thread makes its own, which owns its compute threads, every scratch
/// buffer and the key-value cache; what a step needs is kept from one to the next.
public final class Scheduler {
    /// The model.
    public let model: LlavaModel
    /// Positions a prompt and its answer may take together.
    public let contextLength: Int
    /// How much is worked on at once.
    public let limits: SchedulerLimits
    /// What was done since the start, or since this was last reset.
    public var times = StageTimes()

    let decoder: LlamaDecoder
    let encoder: VisionEncoder?
    let clock = ContinuousClock()

    /// Rows that hold the text before the picture; longer ones are not kept.
    static let prefixRows = 256
    var prefix: ArraySlice<TokenID> = []
    /// Which of the other rows are free, counted from `prefixRows` on.
    var rows: CacheRows
    /// Rows that may be in use where more than one picture is in flight.
    let budgetRows: Int

    /// In flight, the oldest first.
    var pictures: [PictureSequence] = []
    /// Looked at, but there was no room for it yet.
    var waiting: PictureSequence?
    /// What is being read: its end waits until that is over.
    var reading: PictureSequence?
    var active: [ActiveAnswer] = []
    var lastStep: ContinuousClock.Instant
    /// How long answers wait for something to be read.
    var patience: Duration

    // What a step takes, kept from one to the next.
    var tokens: [TokenID] = []
    var branches: [Branch] = []
    var ended: [(row: Int, reason: FinishReason)] = []

    /// Makes a scheduler.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - threads: Threads that compute, this one included; at least 1.
    ///   - contextLength: Positions a prompt and its answer may take; `nil` for the model's own
    ///     length, at most `LlavaModel.defaultContextLimit`.
    ///   - limits: How much is worked on at once.
    /// - Throws: `EngineError` of kind `prompt` if the model was not trained for such a length.
    public init(
        model: LlavaModel, threads: Int, contextLength: Int? = nil, limits: SchedulerLimits
    ) throws(EngineError) {
        let length = try model.contextLength(contextLength)
        guard threads > 0, limits.batch > 0, limits.pictures > 0 else {
            throw EngineError(
                .prompt,
                "an engine needs at least 1 thread, answer and picture, not \(threads), "
                    + "\(limits.batch) and \(limits.pictures)")
        }
        self.model = model
        self.limits = limits
        self.contextLength = length
        let shape = model.configuration.language
        let storage = model.location.keyValueStorage
        budgetRows =
            limits.cacheBytes.map { $0 / KVCache.positionBytes(shape, storage: storage) }
            ?? Self.usualRows(limits)
        // One picture always fits, whatever its prompt and its answer.
        rows = CacheRows(count: max(budgetRows - Self.prefixRows, 2 * length))
        let math = TensorMath(threads: threads, arithmetic: model.location.arithmetic)
        decoder = LlamaDecoder(
            shape, model.language, math: math, contextLength: length, batch: limits.batch,
            cacheRows: Self.prefixRows + rows.count, storage: storage)
        encoder = model.vision.map { VisionEncoder($0, math: math) }
        lastStep = clock.now
        patience = limits.patience ?? .seconds(1)
        tokens.reserveCapacity(limits.batch)
        branches.reserveCapacity(limits.batch)
        ended.reserveCapacity(limits.batch)
        active.reserveCapacity(limits.batch)
    }

    /// Rows for so many pictures and answers as presets have them.
    private static func usualRows(_ limits: SchedulerLimits) -> Int {
        prefixRows + limits.pictures * 1024 + limits.batch * 512
    }

    /// Works until there is nothing more to do.
    ///
    /// - Parameter next: Gives the next picture. Asked with `false` while others are in flight, it
    ///   must not wait; asked with `true` it may, and `nil` ends the work.
    public func run(taking next: (_ waits: Bool) -> PictureTask?) {
        while true {
            fill(from: next)
            if active.isEmpty { return }
            step()
        }
    }
}
