/// Which picture a claimed job's path holds, as its bytes were read.
public struct FoundPicture: Sendable, Equatable {
    /// The job.
    public var job: Int64
    /// The claim's fence.
    public var fence: Int64
    /// The SHA-256 of the bytes read, 32 bytes.
    public var sha256: [UInt8]
    /// The file's size and modification time as read.
    public var stamp: FileStamp

    /// Makes what was found.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - fence: The claim's fence.
    ///   - sha256: The SHA-256 of the bytes read, 32 bytes.
    ///   - stamp: The file's size and modification time as read.
    public init(job: Int64, fence: Int64, sha256: [UInt8], stamp: FileStamp) {
        self.job = job
        self.fence = fence
        self.sha256 = sha256
        self.stamp = stamp
    }
}
