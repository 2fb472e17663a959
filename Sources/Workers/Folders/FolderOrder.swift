/// A folder to watch, as the settings or the database name it.
public struct FolderOrder: Sendable, Hashable {
    /// The folder's absolute path.
    public let path: String
    /// The presets its pictures get; none means the default one.
    public let presets: [String]
    /// Patterns of files to take; none means everything that ends like a picture.
    public let include: [String]
    /// Patterns of files and folders to leave out.
    public let exclude: [String]

    /// Makes an order.
    ///
    /// - Parameters:
    ///   - path: The folder's absolute path.
    ///   - presets: The presets its pictures get.
    ///   - include: Patterns of files to take.
    ///   - exclude: Patterns of files and folders to leave out.
    public init(path: String, presets: [String], include: [String], exclude: [String]) {
        self.path = path
        self.presets = presets
        self.include = include
        self.exclude = exclude
    }
}
