import Glibc

/// Paths as a person gives them, made into what jobs are known by.
///
/// The same rule as `FolderScanner` follows: links stay as typed, except across `..`, where
/// only the system knows what is meant.
enum GivenPath {
    /// The absolute path, whether or not something is there.
    static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : workingFolder + "/" + path
        let parts = whole.split(separator: "/").filter { $0 != "." }
        if parts.contains(".."), let buffer = realpath(whole, nil) {
            defer { free(buffer) }
            return String(cString: buffer)
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The absolute path of a folder; `nil` if there is none.
    static func folder(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
        return absolute(path)
    }

    /// The folder a path lies in.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static var workingFolder: String {
        guard let buffer = getcwd(nil, 0) else { return "" }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}
