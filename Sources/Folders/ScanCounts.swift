/// How much a scan came across.
public struct ScanCounts: Sendable, Equatable {
    /// Files to describe.
    public internal(set) var found = 0
    /// Files and folders skipped with a reason.
    public internal(set) var skipped = 0
    /// Hidden, unfinished, excluded and other files that are no pictures by name.
    public internal(set) var ignored = 0
    /// Folders entered, the one scanned included.
    public internal(set) var folders = 0

    mutating func add(_ event: FolderEvent) {
        switch event {
        case .found: found += 1
        case .skipped: skipped += 1
        }
    }
}
