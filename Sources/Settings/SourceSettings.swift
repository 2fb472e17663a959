/// Where pictures come from.
public struct SourceSettings: Sendable, Equatable {
    /// Watched folders, besides those kept in the database.
    public var folders: [FolderSetting]
    /// Whether rows of the job table are worked on.
    public var jobTable: Bool
    /// How long a file must have been left unchanged before it is read.
    public var settle: Duration
    /// How often watched folders are read again in full.
    public var rescan: Duration
    /// File name patterns taken from folders.
    public var include: [String]
    /// File and folder name patterns left out.
    public var exclude: [String]
}
