import Glibc

/// A whole file mapped into memory for reading.
///
/// The pages are the kernel's: they cost no memory of their own and are shared by every process
/// that maps the same file. A file that another program cuts short while it is mapped ends this
/// process with SIGBUS, as with every memory map; replace model files by renaming a new one over
/// them, never by writing into them.
public final class MappedFile: @unchecked Sendable {
    // @unchecked: `bytes` points at pages nobody may write, and they stay mapped until deinit.

    /// The path the file was opened by.
    public let path: String

    /// The bytes of the file; valid as long as this object lives.
    public let bytes: UnsafeRawBufferPointer

    /// The size of the file in bytes, at least 1.
    public var count: Int { bytes.count }

    /// Maps a file.
    ///
    /// - Parameter path: A regular file, or a link to one.
    /// - Throws: `ModelFileError` of kind `notFound`, `unreadable`, `notAFile` or `empty`.
    public init(path: String) throws(ModelFileError) {
        // O_NONBLOCK: opening a FIFO must fail below, not wait for somebody to write into it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw MappedFile.openFailure(path: path, code: errno) }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw MappedFile.systemFailure(path: path, doing: "measured", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ModelFileError(
                path: path, kind: .notAFile,
                message: "a model file must be a regular file, this is a "
                    + "\(MappedFile.kindName(mode: status.st_mode)); name the file itself")
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            throw ModelFileError(
                path: path, kind: .empty,
                message: "the file is empty; its download or copy did not finish, fetch it again")
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
            start != MAP_FAILED
        else {
            throw MappedFile.systemFailure(path: path, doing: "mapped", code: errno)
        }
        self.path = path
        self.bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    private static func openFailure(path: String, code: Int32) -> ModelFileError {
        guard code == ENOENT || code == ENOTDIR else {
            return systemFailure(path: path, doing: "opened", code: code)
        }
        return ModelFileError(
            path: path, kind: .notFound,
            message: "there is no such file; check the path, and that the disk is mounted")
    }

    private static func systemFailure(
        path: String, doing verb: String, code: Int32
    ) -> ModelFileError {
        ModelFileError(
            path: path, kind: .unreadable,
            message: "the file could not be \(verb) (\(String(cString: strerror(code)))); check "
                + "its permissions and those of the folders above it")
    }

    private static func kindName(mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "folder"
        case S_IFIFO: "pipe"
        case S_IFSOCK: "socket"
        default: "device"
        }
    }
}
