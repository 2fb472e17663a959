internal import Glibc

/// What stat(2) says of a path that exists.
struct FileStatus {
    private let status: stat

    /// Looks at `path`, following links; `nil` if it does not exist or cannot be reached.
    init?(_ path: String, followingLinks: Bool = true) {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        guard result == 0 else { return nil }
        self.status = status
    }

    var owner: uid_t { status.st_uid }
    var isDirectory: Bool { status.st_mode & S_IFMT == S_IFDIR }
    var permissions: mode_t { status.st_mode & 0o7777 }

    /// Whether the mode bits let a user into this directory; access-control lists are not looked
    /// at.
    func mayEnter(uid: uid_t, gid: gid_t) -> Bool {
        if status.st_uid == uid { return permissions & 0o100 != 0 }
        if status.st_gid == gid { return permissions & 0o010 != 0 }
        return permissions & 0o001 != 0
    }
}
