import Folders
import Storage
import Threads

/// Finds the pictures below the paths a person gave, on a thread of its own.
struct PictureSearch: Sendable {
    /// How many pictures go to the database at a time.
    static let batchSize = 1000

    private let paths: [String]
    private let filter: FolderFilter

    /// Prepares a search.
    ///
    /// - Parameters:
    ///   - paths: Files, taken whatever their name, and folders.
    ///   - filter: Which files of folders are taken.
    init(paths: [String], filter: FolderFilter) {
        self.paths = paths
        self.filter = filter
    }

    /// The pictures, in batches, while the search goes on.
    func batches() -> AsyncStream<PictureBatch> {
        let (stream, continuation) = AsyncStream.makeStream(of: PictureBatch.self)
        _ = NamedThread("picture-search") {
            var batch = PictureBatch()
            for path in paths {
                do {
                    try FolderScanner(filter: filter).scan(path) { event in
                        switch event {
                        case .found(let file):
                            batch.jobs.append(
                                NewJob(
                                    path: file.path, size: file.size,
                                    modificationNanoseconds: file.modificationNanoseconds))
                        case .skipped(let file):
                            batch.skipped.append("\(file.path) \(file.reason)")
                        }
                        if batch.jobs.count == Self.batchSize {
                            continuation.yield(batch)
                            batch = PictureBatch()
                        }
                    }
                } catch {
                    batch.skipped.append("\(error)")
                }
            }
            continuation.yield(batch)
            continuation.finish()
        }
        return stream
    }
}
