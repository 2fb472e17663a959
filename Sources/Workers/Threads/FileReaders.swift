import Pipeline
import Threads

/// Reads files on threads of their own, so that a slow disk or a dead network mount holds up
/// neither the workers nor the cooperative pool; whichever thread is free takes the next file.
final class FileReaders: Sendable {
    private struct Order: Sendable {
        let path: String
        let done: CheckedContinuation<Result<SourceImage, PipelineError>, Never>
    }

    private let orders = Inbox<Order>()

    /// Starts the threads; they end with this object.
    init(_ loader: ImageLoader, count: Int) {
        for number in 0..<count {
            let orders = orders
            _ = NamedThread("reader-\(number)") {
                while let order = orders.next() {
                    let result: Result<SourceImage, PipelineError>
                    do throws(PipelineError) {
                        result = .success(try loader.load(order.path))
                    } catch {
                        result = .failure(error)
                    }
                    order.done.resume(returning: result)
                }
            }
        }
    }

    /// Reads a file once a thread is free.
    func load(_ path: String) async throws(PipelineError) -> SourceImage {
        try await withCheckedContinuation { done in
            orders.put(Order(path: path, done: done))
        }.get()
    }

    deinit { orders.close() }
}
