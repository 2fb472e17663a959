public import Folders

/// Which folders the settings watch, and the rules for all watched folders.
public struct FolderRules: Sendable, Equatable {
    /// Folders of the settings; the database may name more.
    public var folders: [FolderOrder]
    /// Patterns for folders that have none of their own.
    public var include: [String]
    /// Patterns left out in every folder.
    public var exclude: [String]
    /// How patient and how suspicious watching is.
    public var watching: WatchSettings

    /// Makes rules.
    ///
    /// - Parameters:
    ///   - folders: Folders of the settings.
    ///   - include: Patterns for folders that have none of their own.
    ///   - exclude: Patterns left out in every folder.
    ///   - watching: How patient and how suspicious watching is.
    public init(
        folders: [FolderOrder] = [], include: [String] = [], exclude: [String] = [],
        watching: WatchSettings = WatchSettings()
    ) {
        self.folders = folders
        self.include = include
        self.exclude = exclude
        self.watching = watching
    }

    /// The folders to watch.
    ///
    /// - Parameter stored: The folders of the database; one named in both is the settings'.
    /// - Returns: The folders with the general rules worked in, by path.
    func orders(with stored: [FolderOrder]) -> [FolderOrder] {
        var orders: [String: FolderOrder] = [:]
        for order in stored + folders {
            orders[order.path] = FolderOrder(
                path: order.path, presets: order.presets,
                include: order.include.isEmpty ? include : order.include,
                exclude: order.exclude + exclude)
        }
        return orders.values.sorted { $0.path < $1.path }
    }
}
