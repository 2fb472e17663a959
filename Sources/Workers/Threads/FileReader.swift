import Pipeline
import Threads

/// Reads files on a thread of its own, so that a slow disk or a dead network mount holds up
/// one lane and neither the workers nor the cooperative pool.
actor FileReader {
    private let executor: ThreadExecutor
    private let loader: ImageLoader

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(_ loader: ImageLoader, number: Int) {
        self.loader = loader
        executor = ThreadExecutor(name: "reader-\(number)")
    }

    func load(_ path: String) throws(PipelineError) -> SourceImage {
        try loader.load(path)
    }
}
