import Glibc

/// A file that is being fetched: `.NAME.CHECKSUM.part` beside its place until all of it is there.
///
/// The checksum in the name keeps a rest of another version from being continued.
struct PartialFile {
    private static let bufferBytes = 1 << 20

    /// Where the whole file goes.
    let target: String
    private let path: String
    private let descriptor: Int32

    /// Opens it for going on; one process at a time.
    ///
    /// - Parameters:
    ///   - target: Where the whole file goes.
    ///   - digits: The checksum of the whole file.
    /// - Throws: `HubError` of kind `disk`.
    init(target: String, digits: String) throws(HubError) {
        self.target = target
        let slash = target.lastIndex(of: "/") ?? target.startIndex
        let (folder, name) = (target[..<slash], target[slash...].drop { $0 == "/" })
        path = "\(folder)/.\(name).\(digits.prefix(12)).part"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Self.failure("'\(path)' cannot be created") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw HubError(
                .disk, "'\(target)' is being fetched by another llavactl; wait for it")
        }
    }

    /// Bytes that are there.
    var size: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Hands over the bytes that are there, so that the check can go on from them.
    func read(_ take: (UnsafeRawBufferPointer) -> Void) throws(HubError) {
        try Self.read(descriptor, path, take)
    }

    /// Appends bytes.
    ///
    /// - Returns: Whether they were written; errno says why not.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        guard lseek(descriptor, 0, SEEK_END) >= 0 else { return false }
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    /// Forgets the bytes that are there.
    func clear() throws(HubError) {
        guard ftruncate(descriptor, 0) == 0 else {
            throw Self.failure("'\(path)' cannot be emptied")
        }
    }

    /// Puts the whole file into its place, safe against a loss of power.
    func commit() throws(HubError) {
        guard fsync(descriptor) == 0, rename(path, target) == 0 else {
            throw Self.failure("'\(target)' cannot be put into its place")
        }
    }

    /// Removes what is there.
    func remove() { unlink(path) }

    /// Ends the work on it; what is there stays for the next time.
    func leave() { close(descriptor) }

    /// Hands over the bytes of a file.
    static func read(
        path: String, _ take: (UnsafeRawBufferPointer) -> Void
    ) throws(HubError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("'\(path)' cannot be read") }
        defer { close(descriptor) }
        try read(descriptor, path, take)
    }

    private static func read(
        _ descriptor: Int32, _ path: String, _ take: (UnsafeRawBufferPointer) -> Void
    ) throws(HubError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferBytes, alignment: 16)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("'\(path)' cannot be read") }
            if count == 0 { return }
            take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
    }

    static func failure(_ what: String) -> HubError {
        HubError(
            .disk,
            "\(what) (\(String(cString: strerror(errno)))); check the folder, its permissions and "
                + "the space on its disk")
    }
}
