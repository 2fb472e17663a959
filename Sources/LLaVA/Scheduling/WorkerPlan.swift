/// How many workers compute with how many threads each, and how much each works on at once.
public struct WorkerPlan: Sendable, Equatable {
    /// What somebody decided; the machine decides the rest.
    public struct Wishes: Sendable, Equatable {
        /// Workers.
        public var workers: Int?
        /// Threads of each.
        public var threads: Int?
        /// Answers that each writes side by side.
        public var batch: Int?
        /// Bytes for the keys and values of all workers together.
        public var memoryBytes: Int?

        /// Makes wishes.
        ///
        /// - Parameters:
        ///   - workers: Workers.
        ///   - threads: Threads of each.
        ///   - batch: Answers that each writes side by side.
        ///   - memoryBytes: Bytes for the keys and values of all workers together.
        public init(
            workers: Int? = nil, threads: Int? = nil, batch: Int? = nil, memoryBytes: Int? = nil
        ) {
            self.workers = workers
            self.threads = threads
            self.batch = batch
            self.memoryBytes = memoryBytes
        }
    }

    /// Workers.
    public let workers: Int
    /// Threads of each.
    public let threads: Int
    /// What each works on at once.
    public let limits: SchedulerLimits
    /// Bytes for the keys and values of all workers together.
    public let memoryBytes: Int
    /// Bytes that a picture with one question usually takes.
    public let pictureBytes: Int
    /// Whether `memoryBytes` is less than one picture for each worker; they work all the same.
    public let isShort: Bool

    /// The most threads that the machine gives one worker: beyond that, waiting for the slowest after
    /// each of some 300 loops a token costs more than the next thread brings.
    private static let mostThreads = 8
    /// The most answers that the machine lets a worker write side by side.
    ///
    /// A step for 16 costs a 7B model some four times a step for one, and longer ones hardly less a
    /// token: from there on the multiplications cost more than reading the weights.
    private static let mostAnswers = 16
    /// Positions of a picture's text and its answer, as presets have them.
    private static let textPositions = 384

    /// Decides what the wishes leave open.
    ///
    /// - **Workers and threads.** Weights that fit the cache are read from there by everybody:
    ///   pictures are independent, so a worker with one thread for each core loses nothing to
    ///   waiting. Larger ones come from memory once a step, whoever takes it: the fewer workers
    ///   share the pictures, the more answers share each reading, so there are as many threads to a
    ///   worker as it can use, and only as many workers as have room for a picture.
    /// - **Memory.** An eighth of the machine is left to the database and the system, the weights
    ///   and what each worker computes in are taken off; half of the rest is for keys and values.
    /// - **Batch.** As many answers as that holds pictures with one question, at most 16.
    ///
    /// - Parameters:
    ///   - wishes: What somebody decided.
    ///   - machine: The machine.
    ///   - model: The model.
    public init(_ wishes: Wishes, machine: Machine, model: ModelSummary) {
        let cores = max(1, machine.cores)
        let pictureBytes =
            ((model.tower?.imageTokens ?? 0) + Self.textPositions) * model.cacheBytesPerToken
        func memory(for workers: Int) -> Int {
            let used = model.fileBytes + workers * model.activationBytes
            return wishes.memoryBytes ?? max(0, machine.memoryBytes / 8 * 7 - used) / 2
        }
        let isCached = model.fileBytes <= machine.cacheBytes
        var workers = wishes.workers ?? 1
        if wishes.workers == nil {
            let threads = wishes.threads ?? (isCached ? 1 : Self.mostThreads)
            // To the nearest where threads are free: 12 cores are two workers of 6, 9 one of 9.
            let spare = wishes.threads == nil ? threads / 2 : 0
            workers = max(1, (cores + spare) / threads)
            while workers > 1, memory(for: workers) / workers < pictureBytes { workers -= 1 }
        }
        let share = memory(for: workers) / workers
        let batch =
            wishes.batch ?? max(1, min(share / max(pictureBytes, 1), Self.mostAnswers))
        self.workers = workers
        threads = wishes.threads ?? max(1, cores / workers)
        self.pictureBytes = pictureBytes
        isShort = share < pictureBytes
        // Twice the usual, so that long prompts and answers find room too.
        let cacheBytes = min(share, 2 * batch * pictureBytes)
        limits = SchedulerLimits(batch: batch, cacheBytes: cacheBytes)
        memoryBytes = workers * cacheBytes
    }
}
