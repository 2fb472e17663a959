import Crypto
import Glibc
public import Images

/// Reads a picture's file whole, once, within limits.
///
/// Files are read and never mapped: a mapped file that somebody truncates kills the process
/// with SIGBUS. Only regular files are opened, because opening a FIFO waits for a writer and
/// opening a device may do something.
public struct ImageLoader: Sendable {
    /// How long after its last change a half-written file may still be waiting for its writer.
    static let writingSeconds: Int64 = 10

    private let limits: ImageLimits
    /// Nothing in production; where a test changes the file under the reader.
    private let didRead: @Sendable () -> Void

    /// Makes a loader.
    ///
    /// - Parameter limits: The limits; of them, the loader itself applies the file's size.
    public init(limits: ImageLimits) {
        self.init(limits: limits, didRead: {})
    }

    init(limits: ImageLimits, didRead: @escaping @Sendable () -> Void) {
        self.limits = limits
        self.didRead = didRead
    }

    /// Reads a file.
    ///
    /// Blocks while the file system does: for a thread of its own, not for the cooperative pool.
    ///
    /// - Parameter path: An absolute path.
    /// - Returns: The bytes with their hash and the file's identity.
    /// - Throws: `PipelineError` of class `missing`, `unreadable`, `not-a-file`, `empty` or
    ///   `too-large`; its disposition is `retry` where a writer or a lack of resources is the
    ///   likely cause.
    /// - Complexity: O(file size) time and memory.
    public func load(_ path: String) throws(PipelineError) -> SourceImage {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw PipelineError(
                .load, .missing,
                "A job's path is absolute, '\(path)' is not: enqueue it from the folder's root.")
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure(errno, doing: "look at", path) }
        try requireRegular(status, path)
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard file >= 0 else { throw failure(errno, doing: "open", path) }
        defer { close(file) }
        let before = try identity(of: file, path)
        try requireSize(before, path)
        let bytes = try read(file, count: Int(before.size), path)
        didRead()
        guard try identity(of: file, path) == before, bytes.count == Int(before.size) else {
            throw PipelineError(
                .load, .unreadable,
                "'\(path)' changed while it was read: it is read again once it rests.",
                disposition: .retry)
        }
        return SourceImage(path: path, bytes: bytes, sha256: Self.sha256(bytes), identity: before)
    }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }

    private func identity(of file: CInt, _ path: String) throws(PipelineError) -> FileIdentity {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(errno, doing: "look at", path) }
        try requireRegular(status, path)
        return FileIdentity(status)
    }

    private func requireRegular(_ status: stat, _ path: String) throws(PipelineError) {
        let kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: ""
            case S_IFDIR: "a folder"
            case S_IFIFO: "a FIFO"
            case S_IFSOCK: "a socket"
            default: "a device"
            }
        guard kind.isEmpty else {
            throw PipelineError(
                .load, .notAFile,
                "'\(path)' is \(kind): a job names one regular file, enqueue folders with "
                    + "'llavactl enqueue' or 'llavactl watch add'.")
        }
    }

    private func requireSize(_ identity: FileIdentity, _ path: String) throws(PipelineError) {
        guard identity.size > 0 else {
            let waits = identity.isYounger(thanSeconds: Self.writingSeconds)
            throw PipelineError(
                .load, .empty, "'\(path)' has no bytes: copy the picture again.",
                disposition: waits ? .retry : .permanent)
        }
        guard identity.size <= Int64(limits.maxFileBytes) else {
            throw PipelineError(
                .load, .tooLarge,
                "'\(path)' has \(identity.size) bytes, a picture's file may have "
                    + "\(limits.maxFileBytes): raise images.max_file_bytes or leave it out.")
        }
    }

    /// Reads `count` bytes, fewer only if the file ends before.
    private func read(
        _ file: CInt, count: Int, _ path: String
    ) throws(PipelineError) -> [UInt8] {
        var code: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = Glibc.read(file, buffer.baseAddress?.advanced(by: filled), count - filled)
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    code = errno
                    return
                }
            }
        }
        guard code == 0 else { throw failure(code, doing: "read", path) }
        return bytes
    }

    private func failure(_ code: CInt, doing what: String, _ path: String) -> PipelineError {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOENT, ENOTDIR, ENAMETOOLONG:
            return PipelineError(
                .load, .missing, "There is no file '\(path)': restore it, or cancel the job.")
        case ENXIO:
            return PipelineError(
                .load, .notAFile, "'\(path)' is a socket or a device: a job names a regular file.")
        case EACCES, EPERM, ELOOP:
            return PipelineError(
                .load, .unreadable,
                "Cannot \(what) '\(path)': \(reason); let the daemon's user read it.")
        default:
            return PipelineError(
                .load, .unreadable, "Cannot \(what) '\(path)': \(reason); it is tried again.",
                disposition: .retry)
        }
    }
}
