import Glibc

/// A regular file that can be read, and the state of it that tells a later change.
public struct FoundFile: Sendable, Hashable {
    /// The absolute path, without `.`, `..` or double slashes.
    public let path: String
    /// Bytes.
    public let size: Int64
    /// When the content last changed, nanoseconds since 1970.
    public let modificationNanoseconds: Int64
    /// When content or attributes last changed, nanoseconds since 1970.
    public let changeNanoseconds: Int64
    /// The file system's number.
    public let device: UInt64
    /// The file's number on it.
    public let inode: UInt64

    init(path: String, status: stat) {
        self.path = path
        size = Int64(status.st_size)
        modificationNanoseconds = Self.nanoseconds(status.st_mtim)
        changeNanoseconds = Self.nanoseconds(status.st_ctim)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Saturates in 2262 instead of trapping on a clock someone set to year 9999.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let (seconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return time.tv_sec < 0 ? .min : .max }
        return seconds.addingReportingOverflow(Int64(time.tv_nsec)).partialValue
    }
}
