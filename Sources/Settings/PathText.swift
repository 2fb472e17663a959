/// Paths as they are written in settings.
enum PathText {
    /// The path made absolute: `base` is put before a relative one.
    ///
    /// Symbolic links and `..` are left to the kernel; only `.` and doubled slashes go.
    static func absolute(_ path: String, base: String) -> String {
        let whole = path.hasPrefix("/") ? path : base + "/" + path
        let parts = whole.split(separator: "/").filter { $0 != "." }
        return "/" + parts.joined(separator: "/")
    }

    /// The folder a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
