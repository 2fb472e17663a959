/// A safetensors file, mapped and checked.
///
/// Opening reads the header only; tensor bytes are paged in when they are used. Every offset and
/// size was checked against the file, so that `bytes(of:)` cannot leave it.
public final class SafetensorsFile: TensorDirectory {
    /// The names of all tensors in the order of their data.
    public let tensorNames: [String]

    private let file: MappedFile
    private let tensors: [String: TensorEntry]

    /// The path the file was opened by.
    public var path: String { file.path }
    /// The size of the file in bytes.
    public var byteCount: Int { file.count }

    /// Maps a file and reads its header.
    ///
    /// - Parameter path: A safetensors file.
    /// - Throws: `ModelFileError`; kinds are those of reading any model file, and `malformed`.
    public init(path: String) throws(ModelFileError) {
        file = try MappedFile(path: path)
        let entries = try SafetensorsParser(path: path, bytes: file.bytes).parse()
        var tensors: [String: TensorEntry] = [:]
        for entry in entries {
            // Names that differ byte by byte may still be the same text to Unicode.
            guard tensors.updateValue(entry, forKey: entry.name) == nil else {
                throw ModelFileError(
                    path: path, kind: .duplicateTensor,
                    message: "a tensor name may stand once and '\(entry.name)' stands twice; the "
                        + "file was written by a faulty tool, fetch it again")
            }
        }
        tensorNames = entries.map(\.name)
        self.tensors = tensors
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
