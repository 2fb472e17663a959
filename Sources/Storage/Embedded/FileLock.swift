internal import Glibc

/// A lock on a file by flock(2): the kernel lets go of it when its holder dies.
///
/// Every lock has its own open file, so two of one process exclude each other too. The file is
/// closed on exec, because a child that inherited it would hold the lock on.
final class FileLock: @unchecked Sendable {
    // `@unchecked Sendable`: the descriptor is set once and only passed to the kernel;
    // `release()` is called by the one owner.
    private var descriptor: Int32
    private let path: String

    /// Opens the file, without a lock yet.
    ///
    /// - Parameters:
    ///   - path: The file; made if need be.
    ///   - owner: Whom the file is to belong to, when root makes it for a service's user.
    /// - Throws: `StorageError` of the kind `embedded`.
    init(path: String, owner: ServerUser) throws(StorageError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(
                .embedded,
                "the lock file \(path) cannot be opened (\(String(cString: strerror(errno)))): "
                    + "run this as the user the state directory belongs to")
        }
        owner.takeOver(descriptor)
    }

    deinit { release() }

    /// Waits for the lock, at most `limit`.
    func lock(shared: Bool, limit: Duration) throws(StorageError) {
        let deadline = ContinuousClock.now + limit
        while flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw StorageError(
                    .embedded, "\(path) cannot be locked: \(String(cString: strerror(errno)))")
            }
            guard ContinuousClock.now < deadline else {
                throw StorageError(
                    .embedded,
                    "another program has held \(path) for \(limit): see with `fuser \(path)` "
                        + "whether it hangs while it starts or stops the embedded server")
            }
            usleep(20_000)
        }
    }

    /// Tries to turn a shared lock into an exclusive one, which works for its last holder only;
    /// otherwise the lock is lost.
    func becomeExclusive() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Lets go of the lock and closes the file.
    func release() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
    }
}
