import Glibc

/// What stands at a path, as inode(7) tells.
public enum FileKind: String, Sendable, CustomStringConvertible {
    /// A regular file.
    case file
    /// A folder.
    case folder
    /// A symbolic link.
    case link
    /// A named pipe; opening one waits for its writer.
    case pipe = "named pipe"
    /// A Unix socket.
    case socket
    /// A character device.
    case characterDevice = "character device"
    /// A block device.
    case blockDevice = "block device"
    /// A kind this system does not know.
    case unknown = "file of unknown kind"

    /// The words a message uses.
    public var description: String { rawValue }

    /// Reads the kind from a mode.
    init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            case S_IFCHR: .characterDevice
            case S_IFBLK: .blockDevice
            default: .unknown
            }
    }
}
