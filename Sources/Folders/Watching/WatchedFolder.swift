/// A folder to watch and what to take from it.
public struct WatchedFolder: Sendable {
    /// The folder, absolute.
    public let path: String
    /// Which files are taken and which folders entered.
    public let filter: FolderFilter

    /// Describes a folder to watch.
    ///
    /// - Parameters:
    ///   - path: The folder; made absolute from the current one. It need not exist yet.
    ///   - filter: Which files are taken and which folders entered.
    /// - Throws: `FolderError` if the path has `..` in it and does not exist.
    public init(path: String, filter: FolderFilter = FolderFilter()) throws(FolderError) {
        self.path = try FolderPath.absolute(path)
        self.filter = filter
    }
}
