import Glibc

/// A system call that failed, by its error number.
struct SystemFailure: Error, Equatable {
    let code: Int32

    /// The system's words for the number.
    var reason: String { String(cString: strerror(code)) }

    /// The failure of a path someone named.
    func error(at path: String) -> FolderError {
        code == ENOENT || code == ENOTDIR ? .notFound(path) : .unreadable(path, reason)
    }
}
