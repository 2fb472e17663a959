import Glibc

/// Writes a GGUF file, version 3, tensor by tensor.
///
/// The header, which holds every offset, is written first; then the bytes of each tensor in order.
/// The file appears under its name only when it is complete: until `finish()` it is
/// `NAME.partial`, and a writer that goes away before that removes it.
public final class GGUFWriter {
    /// A tensor to be written.
    public struct Tensor: Sendable, Equatable {
        /// The name, at most 63 bytes.
        public let name: String
        /// The dimensions, slowest first; rows are whole blocks of `type`.
        public let shape: [Int]
        /// How elements are stored.
        public let type: ElementType

        /// Names a tensor.
        ///
        /// - Parameters:
        ///   - name: The name, at most 63 bytes.
        ///   - shape: The dimensions, slowest first, 1 to 4 of them.
        ///   - type: How elements are stored.
        public init(name: String, shape: [Int], type: ElementType) {
            self.name = name
            self.shape = shape
            self.type = type
        }

        /// How many bytes the tensor takes; nil if its rows are not whole blocks.
        public var byteCount: Int? {
            guard let columns = shape.last, columns % type.elementsPerBlock == 0 else {
                return nil
            }
            return type.byteCount(elements: shape.reduce(1, *))
        }
    }

    /// Where tensors begin, in bytes.
    private static let alignment = 32
    /// Bytes gathered before they are written.
    private static let bufferBytes = 1 << 20

    private let path: String
    /// Where the file is until it is complete; nil for one that has no name.
    private let partialPath: String?
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    /// The sizes of the tensors not yet complete, in order.
    private var missing: [Int]
    /// Bytes of the current tensor that were written.
    private var written = 0

    /// Creates the file and writes its header.
    ///
    /// - Parameters:
    ///   - path: The file; one that is there is replaced at the end.
    ///   - metadata: Keys and values, in the order to write.
    ///   - tensors: The tensors, in the order in which their bytes will come.
    /// - Throws: `ModelFileError` of kind `unwritable`.
    public convenience init(
        path: String, metadata: [(key: String, value: GGUFValue)], tensors: [Tensor]
    ) throws(ModelFileError) {
        let partialPath = path + ".partial"
        try self.init(
            descriptor: open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644),
            path: path, partialPath: partialPath, metadata: metadata, tensors: tensors)
    }

    /// Writes the header into an open file without a name, such as one of memfd_create(2).
    ///
    /// - Parameters:
    ///   - descriptor: The file, empty; the writer closes a copy of its own only.
    ///   - name: What messages call it.
    ///   - metadata: Keys and values, in the order to write.
    ///   - tensors: The tensors, in the order in which their bytes will come.
    /// - Throws: `ModelFileError` of kind `unwritable`.
    public convenience init(
        descriptor: Int32, name: String, metadata: [(key: String, value: GGUFValue)],
        tensors: [Tensor]
    ) throws(ModelFileError) {
        try self.init(
            descriptor: fcntl(descriptor, F_DUPFD_CLOEXEC, 0), path: name, partialPath: nil,
            metadata: metadata, tensors: tensors)
    }

    private init(
        descriptor: Int32, path: String, partialPath: String?,
        metadata: [(key: String, value: GGUFValue)], tensors: [Tensor]
    ) throws(ModelFileError) {
        self.path = path
        self.partialPath = partialPath
        self.descriptor = descriptor
        missing = tensors.map { tensor in
            guard let size = tensor.byteCount, (1...4).contains(tensor.shape.count),
                tensor.name.utf8.count < 64
            else { preconditionFailure("'\(tensor.name)' cannot be in a GGUF file") }
            return size
        }
        guard descriptor >= 0 else { throw failure("created") }
        var header = GGUFHeaderBuilder()
        header.put(metadata: metadata, tensors: tensors, alignment: Self.alignment)
        try append(header.bytes)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if let partialPath { unlink(partialPath) }
    }

    /// Writes the next bytes of the current tensor.
    ///
    /// - Parameter bytes: No more than the tensor has left.
    /// - Throws: `ModelFileError` of kind `unwritable`.
    public func write(_ bytes: [UInt8]) throws(ModelFileError) {
        precondition(
            written + bytes.count <= (missing.first ?? 0), "more bytes than the tensor has")
        try append(bytes)
        written += bytes.count
        guard written == missing.first else { return }
        let rest = written % Self.alignment
        if rest != 0 { try append([UInt8](repeating: 0, count: Self.alignment - rest)) }
        missing.removeFirst()
        written = 0
    }

    /// Puts the file under its name, if it has one, safe against a loss of power.
    ///
    /// - Throws: `ModelFileError` of kind `unwritable`.
    public func finish() throws(ModelFileError) {
        precondition(missing.isEmpty, "\(missing.count) tensors were not written")
        try flush()
        guard let partialPath else { return }
        guard fsync(descriptor) == 0 else { throw failure("written to the disk") }
        close(descriptor)
        descriptor = -1
        guard rename(partialPath, path) == 0 else {
            defer { unlink(partialPath) }
            throw failure("renamed")
        }
    }

    private func append(_ bytes: some Sequence<UInt8>) throws(ModelFileError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private func flush() throws(ModelFileError) {
        var start = 0
        while start < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("written") }
            start += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(_ verb: String) -> ModelFileError {
        ModelFileError(
            path: path, kind: .unwritable,
            message: "the file could not be \(verb) (\(String(cString: strerror(errno)))); check "
                + "the folder, its permissions and the space on its disk")
    }
}
