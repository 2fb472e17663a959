/// A GGUF file, versions 2 and 3, or all parts of a split one: metadata and tensors, mapped and
/// checked.
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

    private let files: [MappedFile]
    private let tensors: [String: TensorEntry]
    /// Which of `files` each tensor is in.
    private let owners: [String: Int]

    /// The path the file was opened by.
    public var path: String { files[0].path }
    /// The paths of all parts, this one first.
    public var filePaths: [String] { files.map(\.path) }
    /// The size of the file, of all parts together, in bytes.
    public var byteCount: Int { files.reduce(0) { $0 + $1.count } }

    /// Maps a file and reads its header; of a split model, those of all parts.
    ///
    /// - Parameter path: A GGUF file, or the first part of a split one.
    /// - Throws: `ModelFileError` of any kind but `missingKey` and `wrongType`.
    public init(path: String) throws(ModelFileError) {
        let parts = try GGUFParts(path: path).parts
        files = parts.map(\.file)
        version = parts[0].header.version
        metadata = parts[0].header.metadata
        metadataKeys = parts[0].header.keys
        tensorNames = parts.flatMap(\.header.tensorNames)
        var tensors: [String: TensorEntry] = [:]
        var owners: [String: Int] = [:]
        for (index, part) in parts.enumerated() {
            for (name, entry) in part.header.tensors {
                tensors[name] = entry
                owners[name] = index
            }
        }
        self.tensors = tensors
        self.owners = owners
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
        guard tensors[entry.name] == entry, let owner = owners[entry.name] else {
            preconditionFailure("'\(entry.name)' is not an entry of \(path)")
        }
        return UnsafeRawBufferPointer(
            rebasing: files[owner].bytes[entry.offset..<entry.offset + entry.byteCount])
    }
}
