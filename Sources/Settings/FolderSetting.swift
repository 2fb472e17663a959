/// A watched folder.
public struct FolderSetting: Sendable, Equatable {
    /// The folder, absolute.
    public var path: String
    /// Its presets; empty means the default ones.
    public var presets: [String] = []
    /// Its own patterns; empty means those of `sources`.
    public var include: [String] = []
    /// Its own exclusions, besides those of `sources`.
    public var exclude: [String] = []
}
