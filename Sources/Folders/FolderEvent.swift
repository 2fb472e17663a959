/// What a scan comes across.
public enum FolderEvent: Sendable, Equatable {
    /// A file to describe.
    case found(FoundFile)
    /// Something that would be one, but for a reason.
    case skipped(SkippedFile)
}
