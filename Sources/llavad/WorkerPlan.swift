import FoundationEssentials
import Settings

/// How many workers compute with how many threads each, and how many questions side by side.
struct WorkerPlan: Equatable {
    let workers: Int
    let threads: Int
    let batch: Int

    /// Questions about a picture that are answered side by side where nothing is set: a step for
    /// eight costs a 7B model less than twice a step for one, and presets seldom ask more.
    static let usualBatch = 8

    /// Decides what the settings leave open.
    ///
    /// Pictures are independent, so one thread for each of many workers loses nothing to
    /// waiting and wins over many threads on one picture, as long as the weights of all fit
    /// the caches they share. A larger model is bound by reading its weights from memory once
    /// a token; two workers would each read them, so there threads share one reading. The
    /// steps between: 1 thread below 512 MiB of weights, 4 below 2 GiB, else 8, never more than
    /// there are cores.
    ///
    /// - Parameters:
    ///   - settings: What is set.
    ///   - cores: Cores this process may use.
    ///   - modelBytes: Size of the language model's file.
    init(_ settings: WorkerSettings, cores: Int, modelBytes: Int) {
        let cores = max(1, cores)
        batch = settings.batch ?? Self.usualBatch
        switch (settings.count, settings.threads) {
        case (let count?, let threads?):
            (workers, self.threads) = (count, threads)
        case (let count?, nil):
            (workers, threads) = (count, max(1, cores / count))
        case (nil, let threads?):
            (workers, self.threads) = (max(1, cores / threads), threads)
        case (nil, nil):
            let wanted = modelBytes < 512 << 20 ? 1 : modelBytes < 2 << 30 ? 4 : 8
            threads = min(cores, wanted)
            workers = max(1, cores / threads)
        }
    }

    /// The cores this process may run on.
    static var availableCores: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
