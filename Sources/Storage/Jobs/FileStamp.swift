/// What tells one state of a file from the next without reading it.
public struct FileStamp: Sendable, Equatable {
    /// The size in bytes.
    public var size: Int64
    /// The modification time in nanoseconds since 1970.
    public var modificationNanoseconds: Int64

    /// Makes a stamp.
    ///
    /// - Parameters:
    ///   - size: The size in bytes.
    ///   - modificationNanoseconds: The modification time in ns since 1970.
    public init(size: Int64, modificationNanoseconds: Int64) {
        self.size = size
        self.modificationNanoseconds = modificationNanoseconds
    }
}
