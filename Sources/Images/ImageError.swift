/// A file that gives no picture: the class a program acts on, the sentence a person reads.
public struct ImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of the failure.
    public let failureClass: ImageFailure
    /// What was found, and against which rule, in one sentence; the caller adds the file.
    public let message: String

    /// Describes a failure.
    ///
    /// - Parameters:
    ///   - failureClass: The class of the failure.
    ///   - message: One sentence a person can act on.
    public init(_ failureClass: ImageFailure, _ message: String) {
        self.failureClass = failureClass
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
