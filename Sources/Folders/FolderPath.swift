import Glibc

/// A path made absolute the way people mean it.
enum FolderPath {
    /// The absolute path without `.`, double and trailing slashes.
    ///
    /// Links in it stay, so that a path reads in the database as it was typed; only a path with
    /// `..` is resolved by the system, because across a link `a/..` need not be where it looks.
    ///
    /// - Throws: `FolderError.notFound`, `.unreadable`.
    static func absolute(_ path: String) throws(FolderError) -> String {
        var path = path
        if !path.hasPrefix("/") {
            guard let folder = getcwd(nil, 0) else {
                throw .unreadable(".", SystemFailure(code: errno).reason)
            }
            defer { free(folder) }
            path = String(cString: folder) + "/" + path
        }
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard parts.contains("..") else { return "/" + parts.joined(separator: "/") }
        guard let resolved = realpath(path, nil) else {
            throw SystemFailure(code: errno).error(at: path)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// A path below another; either may be empty.
    static func joined(_ folder: String, _ name: String) -> String {
        if folder.isEmpty { return name }
        if name.isEmpty { return folder }
        return folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
