import Glibc

/// How a log line looks.
enum LogFormat: String, Sendable, Equatable {
    /// Time, level and message, for a person.
    case text
    /// One JSON document a line.
    case json
    /// A `<N>` priority before the message, as systemd-journald reads it (sd-daemon(3)).
    case journal

    /// The format for where standard error goes.
    ///
    /// - Parameter environment: systemd names the journal's socket in `JOURNAL_STREAM` as
    ///   `DEVICE:INODE`; only if that is what standard error is, the journal reads it.
    /// - Returns: `journal` or `text`.
    static func automatic(environment: [String: String]) -> LogFormat {
        var status = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &status) == 0,
            stream == "\(status.st_dev):\(status.st_ino)"
        else { return .text }
        return .journal
    }
}
