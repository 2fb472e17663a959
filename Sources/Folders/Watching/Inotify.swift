import Glibc

/// The kernel's directory events, inotify(7).
///
/// Sendable because its descriptors never change; the kernel serialises their use.
final class Inotify: DirectoryEvents {
    private let events: Int32
    private let wakeReader: Int32
    private let wakeWriter: Int32

    /// Entries appearing and finished, and the directory's own end.
    ///
    /// `IN_CREATE` is for folders, and for links and `linkat`, which raise nothing else.
    private static let mask =
        IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
        | IN_ONLYDIR | IN_EXCL_UNLINK

    /// Bytes before the name in `struct inotify_event`.
    private static let headerBytes = 16

    /// Opens the descriptors.
    ///
    /// - Throws: `SystemFailure`; `EMFILE` where the user has too many inotify instances.
    init() throws(SystemFailure) {
        events = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard events >= 0 else { throw SystemFailure(code: errno) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            let failure = SystemFailure(code: errno)
            close(events)
            throw failure
        }
        (wakeReader, wakeWriter) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    func watch(_ path: String, followsLink: Bool) throws(SystemFailure) -> Int32 {
        let mask = followsLink ? Self.mask : Self.mask | IN_DONT_FOLLOW
        let watch = inotify_add_watch(events, path, UInt32(mask))
        guard watch >= 0 else { throw SystemFailure(code: errno) }
        return watch
    }

    func unwatch(_ watch: Int32) {
        inotify_rm_watch(events, watch)
    }

    func takeEvents() -> [DirectoryEvent] {
        var taken: [DirectoryEvent] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(events, &buffer, buffer.count)
            guard count > 0 else { return taken }
            taken += Self.events(in: buffer[..<count])
        }
    }

    func wait(atMost time: Duration) {
        var descriptors = [
            pollfd(fd: events, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds =
            time.components.seconds * 1000
            + time.components.attoseconds / 1_000_000_000_000_000
        // One more, so that a deadline is past when the wait for it ends.
        poll(&descriptors, 2, Int32(clamping: max(milliseconds, 0) + 1))
        var drained = [UInt8](repeating: 0, count: 64)
        while read(wakeReader, &drained, drained.count) > 0 {}
    }

    func wake() {
        var byte: UInt8 = 1
        _ = write(wakeWriter, &byte, 1)
    }

    deinit {
        close(events)
        close(wakeReader)
        close(wakeWriter)
    }

    /// Reads `struct inotify_event` records: watch, mask, cookie, length, and a name of that length
    /// padded with zeros.
    static func events(in bytes: ArraySlice<UInt8>) -> [DirectoryEvent] {
        var found: [DirectoryEvent] = []
        var rest = bytes
        while rest.count >= headerBytes {
            let (watch, mask, length) = rest.withUnsafeBytes { raw in
                (
                    raw.loadUnaligned(fromByteOffset: 0, as: Int32.self),
                    raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
                    Int(raw.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
                )
            }
            let name = rest.dropFirst(headerBytes).prefix(length).prefix { $0 != 0 }
            if let event = event(watch: watch, mask: mask, name: Array(name)) {
                found.append(event)
            }
            rest = rest.dropFirst(headerBytes + length)
        }
        return found
    }

    private static func event(watch: Int32, mask: UInt32, name: [UInt8]) -> DirectoryEvent? {
        func has(_ flag: Int32) -> Bool { mask & UInt32(bitPattern: flag) != 0 }
        if has(IN_Q_OVERFLOW) { return .overflowed }
        if has(IN_UNMOUNT) { return .unmounted(watch: watch) }
        if has(IN_DELETE_SELF) { return .deleted(watch: watch) }
        if has(IN_IGNORED) { return .ended(watch: watch) }
        if has(IN_MOVE_SELF) { return .moved(watch: watch) }
        guard !name.isEmpty else { return nil }
        return .entry(watch: watch, name: name, isFolder: has(IN_ISDIR))
    }
}
