/// A file of named tensors, whatever its format.
public protocol TensorDirectory: AnyObject, Sendable {
    /// The file, for messages.
    var path: String { get }

    /// The names of all tensors, in the order of the file.
    var tensorNames: [String] { get }

    /// Finds a tensor.
    ///
    /// - Parameter name: The name the file gives the tensor.
    /// - Returns: Nil if there is no tensor of that name.
    func entry(_ name: String) -> TensorEntry?

    /// The stored bytes of a tensor; valid as long as this directory lives.
    ///
    /// - Parameter entry: An entry this directory gave.
    /// - Returns: Exactly `entry.byteCount` bytes.
    func bytes(of entry: TensorEntry) -> UnsafeRawBufferPointer
}
