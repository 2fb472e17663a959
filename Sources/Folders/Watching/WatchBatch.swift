/// Files of one folder that have settled.
public struct WatchBatch: Sendable {
    /// The watched folder, as it was named.
    public let folder: WatchedFolder
    /// New or changed files, at most a few hundred.
    public let files: [FoundFile]
}
