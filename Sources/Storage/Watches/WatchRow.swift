public import FoundationEssentials

/// A watched folder.
public struct WatchRow: Sendable, Equatable {
    /// The folder's absolute path.
    public let path: String
    /// The names of the presets its pictures get; empty means the default preset.
    public let presets: [String]
    /// Globs a file must match one of; empty means every file.
    public let include: [String]
    /// Globs a file must match none of.
    public let exclude: [String]
    /// When it was added.
    public let addedAt: Date
}
