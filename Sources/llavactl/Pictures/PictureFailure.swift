/// Why a picture cannot be described, in the words of `llava.job`.
struct PictureFailure: Error, Sendable, CustomStringConvertible {
    /// One of the failure classes, such as `truncated`.
    let failureClass: String
    /// One sentence.
    let message: String

    var description: String { "\(message) (\(failureClass))" }
}
