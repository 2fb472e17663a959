/// Why a folder cannot be scanned at all; what is wrong inside it is a `SkippedFile`.
public enum FolderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nothing stands at the path.
    case notFound(String)
    /// The path names something that is neither a file nor a folder.
    case notRegular(String, FileKind)
    /// The system refuses the path; the second value is its reason.
    case unreadable(String, String)
    /// A pattern cannot be read; the second value is the rule it breaks.
    case invalidGlob(String, String)

    /// One sentence: what, and what to do.
    public var description: String {
        switch self {
        case .notFound(let path):
            "\(path) does not exist: check the path"
        case .notRegular(let path, let kind):
            "\(path) is a \(kind): name a file or a folder"
        case .unreadable(let path, let reason):
            "\(path) cannot be read (\(reason)): check its permissions for this user"
        case .invalidGlob(let pattern, let rule):
            "the pattern '\(pattern)' is not valid: \(rule)"
        }
    }
}
