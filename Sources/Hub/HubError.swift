/// Why nothing, or not all, could be fetched.
public struct HubError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Kind: String, Sendable {
        /// The name, the address or the choice of file cannot be used.
        case request
        /// The hub has no such model, revision or file.
        case notFound
        /// The hub wants to know who asks, or does not let them.
        case forbidden
        /// No connection, a broken one, or a hub that cannot answer now.
        case network
        /// The hub's answer breaks the rules of its interface.
        case reply
        /// What arrived is not what the hub says the file is.
        case corrupt
        /// A file or folder on this machine cannot be written, or does not fit.
        case disk
    }

    /// The kind of failure.
    public let kind: Kind
    /// One sentence: what, about which model or file, and what to do.
    public let message: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - kind: The kind of failure.
    ///   - message: One sentence: what, about which model or file, and what to do.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The sentence a person reads.
    public var description: String { message }
}
