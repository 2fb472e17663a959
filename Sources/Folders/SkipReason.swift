/// Why something found in a folder is not taken.
public enum SkipReason: Sendable, Hashable, CustomStringConvertible {
    /// A pipe, socket or device: reading one could wait for ever.
    case notRegular(FileKind)
    /// A link to nothing, or to itself; the value is the system's word for it.
    case brokenOrLoopingLink(String)
    /// A link to a folder: following such links could go round in circles.
    case folderLink
    /// A folder with a picture's name; the pictures in it are taken.
    case folderNamedAsPicture
    /// A name that is no UTF-8 text, which the database could not store.
    case nameNotUTF8
    /// The system refuses to read it; the value is its reason.
    case unreadable(String)

    /// What a person reads after the path.
    public var description: String {
        switch self {
        case .notRegular(let kind): "is a \(kind), not a file"
        case .brokenOrLoopingLink(let reason): "is a link that leads nowhere (\(reason))"
        case .folderLink:
            "is a link to a folder, which is not followed: name the folder itself"
        case .folderNamedAsPicture: "is a folder, not a picture; it was looked into"
        case .nameNotUTF8:
            "has a name that is not UTF-8 text: rename it, for instance with convmv"
        case .unreadable(let reason): "cannot be read (\(reason))"
        }
    }
}
