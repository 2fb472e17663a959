/// One path to enqueue, with what is known of the file.
public struct NewJob: Sendable, Equatable {
    /// The absolute path of the picture.
    public var path: String
    /// The file's size in bytes, if it was looked at.
    public var size: Int64?
    /// The file's modification time in nanoseconds since 1970, if it was looked at.
    public var modificationNanoseconds: Int64?

    /// Describes a path.
    ///
    /// - Parameters:
    ///   - path: The absolute path of the picture.
    ///   - size: The file's size in bytes, if known.
    ///   - modificationNanoseconds: Its modification time in ns since 1970, if known.
    public init(path: String, size: Int64? = nil, modificationNanoseconds: Int64? = nil) {
        self.path = path
        self.size = size
        self.modificationNanoseconds = modificationNanoseconds
    }
}
