/// What a person or a log should know about watching.
public enum WatchNotice: Sendable, Equatable, CustomStringConvertible {
    /// Something that has the name of a picture is not taken; said once.
    case skipped(SkippedFile)
    /// Events came faster than they were read: everything is scanned again.
    case overflowed
    /// The kernel allows no more watches: the folder named, and those below, are polled.
    case watchLimitReached(String)
    /// The folder's file system (second value) tells no events of other machines: it is polled.
    case polled(String, String)
    /// A watched folder cannot be read; the second value says why. It is tried again.
    case folderLost(String, String)
    /// A folder that was lost is back.
    case folderFound(String)

    /// One sentence: what, and what to do.
    public var description: String {
        switch self {
        case .skipped(let file): "\(file.path) \(file.reason)"
        case .overflowed:
            "the kernel's queue of file events overflowed; all watched folders are scanned again"
        case .watchLimitReached(let path):
            "the kernel allows no more file watches; \(path) is polled instead: "
                + "raise fs.inotify.max_user_watches"
        case .polled(let path, let reason):
            "\(path) is polled instead of watched: \(reason)"
        case .folderLost(let path, let reason):
            "the watched folder \(path) cannot be read: \(reason)"
        case .folderFound(let path): "the watched folder \(path) is back"
        }
    }
}
