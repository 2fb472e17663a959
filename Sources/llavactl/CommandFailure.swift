/// The end of a verb that did not do what was asked.
struct CommandFailure: Error, CustomStringConvertible {
    /// The exit code.
    let status: ExitStatus
    /// One sentence for standard error, or `nil` if all has been said.
    let sentence: String?

    init(_ status: ExitStatus, _ sentence: String?) {
        self.status = status
        self.sentence = sentence
    }

    var description: String { sentence ?? "exit \(status.rawValue)" }
}
