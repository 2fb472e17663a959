import ModelFiles

/// Two directories without a name in common as one: a tower of its own folder and a projector.
final class JoinedTensors: TensorDirectory {
    private let first: any TensorDirectory
    private let second: any TensorDirectory

    /// Joins two directories.
    init(first: any TensorDirectory, second: any TensorDirectory) {
        self.first = first
        self.second = second
    }

    /// Where the second lies, for messages.
    var path: String { second.path }
    /// All names.
    var tensorNames: [String] { first.tensorNames + second.tensorNames }

    /// Finds a tensor.
    func entry(_ name: String) -> TensorEntry? { first.entry(name) ?? second.entry(name) }

    /// The stored bytes of a tensor; valid as long as this directory lives.
    func bytes(of entry: TensorEntry) -> UnsafeRawBufferPointer {
        first.entry(entry.name) == entry ? first.bytes(of: entry) : second.bytes(of: entry)
    }
}
