/// A GGUF file, versions 2 and 3: metadata and tensors, mapped and checked.
///
/// Opening reads the header only; tensor bytes are paged in when they are used. Every offset and
/// size was checked against the file, so that `bytes(of:)` cannot leave it.
public final class GGUFFile: TensorDirectory, ModelMetadata {
    /// The version of the format, 2 or 3.
    public let version: Int
    /// All metadata by key.
    public let metadata: [String: GGUFValue]
    /// The metadata keys in the order of the file.
    public let metadataKeys: [String]
    /// The names of all tensors in the order of the file.
    public let tensorNames: [String]

    private let file: MappedFile
    private let tensors: [String: TensorEntry]

    /// The path the file was opened by.
    public var path: String { file.path }
    /// The size of the file in bytes.
    public var byteCount: Int { file.count }

    /// Maps a file and reads its header.
    ///
    /// - Parameter path: A GGUF file.
    /// - Throws: `ModelFileError` of any kind but `missingKey` and `wrongType`.
    public init(path: String) throws(ModelFileError) {
        file = try MappedFile(path: path)
        var parser = GGUFParser(path: path, bytes: file.bytes)
        let header = try parser.parse()
        version = header.version
        metadata = header.metadata
        metadataKeys = header.keys
        tensorNames = header.tensorNames
        tensors = header.tensors
    }

    /// Finds a tensor.
    ///
    /// - Parameter name: The name the file gives the tensor.
    /// - Returns: Nil if there is no tensor of that name.
    public func entry(_ name: String) -> TensorEntry? { tensors[name] }

    /// The stored bytes of a tensor; valid as long as this file lives.
    ///
    /// - Parameter entry: An entry this file gave.
    /// - Returns: Exactly `entry.byteCount` bytes.
    public func bytes(of entry: TensorEntry) -> UnsafeRawBufferPointer {
        precondition(tensors[entry.name] == entry, "'\(entry.name)' is not an entry of \(path)")
        return UnsafeRawBufferPointer(
            rebasing: file.bytes[entry.offset..<entry.offset + entry.byteCount])
    }
}
