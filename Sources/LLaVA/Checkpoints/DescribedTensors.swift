import ModelFiles

/// Small tensors that no file stores: they are computed from what a configuration says.
final class DescribedTensors: TensorDirectory {
    /// The file that describes them, for messages.
    let path: String
    /// All names, in order.
    let tensorNames: [String]

    private let entries: [String: TensorEntry]
    /// The values of all, one after the other.
    ///
    /// Any thread may read them: they are never written after `init`.
    private nonisolated(unsafe) let values: UnsafeMutableBufferPointer<Float>

    /// Keeps vectors of single precision.
    init(path: String, _ vectors: [String: [Float]]) {
        self.path = path
        tensorNames = vectors.keys.sorted()
        values = .allocate(capacity: vectors.values.reduce(0) { $0 + $1.count })
        var entries: [String: TensorEntry] = [:]
        var start = 0
        for (name, vector) in vectors.sorted(by: { $0.key < $1.key }) {
            entries[name] = TensorEntry(
                name: name, shape: [vector.count], type: .f32,
                offset: start * MemoryLayout<Float>.stride,
                byteCount: vector.count * MemoryLayout<Float>.stride)
            for value in vector {
                values.initializeElement(at: start, to: value)
                start += 1
            }
        }
        self.entries = entries
    }

    deinit { values.deallocate() }

    /// Finds a tensor.
    func entry(_ name: String) -> TensorEntry? { entries[name] }

    /// The bytes of a tensor; valid as long as this directory lives.
    func bytes(of entry: TensorEntry) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: UnsafeRawBufferPointer(values)[entry.offset..<entry.offset + entry.byteCount])
    }
}
