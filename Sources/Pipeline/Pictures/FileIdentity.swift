import Glibc

/// What tells one state of a file from another without reading it.
public struct FileIdentity: Sendable, Equatable, Hashable {
    /// Bytes in the file.
    public let size: Int64
    /// When the content last changed, in nanoseconds since 1970.
    public let modificationNanoseconds: Int64
    /// When content or attributes last changed, in nanoseconds since 1970.
    public let changeNanoseconds: Int64
    /// The device the file is on.
    public let device: UInt64
    /// The file's number on its device.
    public let inode: UInt64

    init(_ status: stat) {
        size = Int64(status.st_size)
        modificationNanoseconds = Self.nanoseconds(status.st_mtim)
        changeNanoseconds = Self.nanoseconds(status.st_ctim)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Nanoseconds of a time, held to what 64 bits can say: a file's times are what anybody set.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let (scaled, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carries) = scaled.addingReportingOverflow(Int64(time.tv_nsec))
        return overflow || carries ? (time.tv_sec < 0 ? .min : .max) : sum
    }

    /// Whether the content changed within the last seconds of the wall clock.
    ///
    /// The wall clock only decides here whether to wait for a writer, never whether an answer
    /// is kept; a file from the future counts as old.
    ///
    /// - Parameters:
    ///   - seconds: How long ago still counts.
    ///   - now: The wall clock in nanoseconds since 1970.
    /// - Returns: Whether it did.
    func isYounger(thanSeconds seconds: Int64, now: Int64 = Self.wallClock()) -> Bool {
        let (age, overflow) = now.subtractingReportingOverflow(modificationNanoseconds)
        return !overflow && age >= 0 && age < seconds * 1_000_000_000
    }

    static func wallClock() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return nanoseconds(now)
    }
}
