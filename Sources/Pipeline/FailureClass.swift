/// Why a file or a job could not be described; the raw value is what `llava.job.failure_class` holds.
public enum FailureClass: String, Sendable, Equatable, CaseIterable {
    /// There is no file at the path.
    case missing
    /// The file is there and cannot be read: permission or input/output error.
    case unreadable
    /// The path names a directory, a FIFO, a socket or a device.
    case notAFile = "not-a-file"
    /// The file has no bytes.
    case empty
    /// The picture ends before its data does.
    case truncated
    /// The bytes are of no format this system decodes.
    case unsupported
    /// The file or the picture exceeds a limit.
    case tooLarge = "too-large"
    /// The picture's data contradicts itself.
    case corrupt
    /// A wanted preset does not exist, or its stored text is not a preset.
    case preset
    /// The model could not answer.
    case engine
    /// The daemon died while it worked on the job.
    case crash
    /// The job was cancelled.
    case cancelled
    /// A step took longer than its limit.
    case timeout
}
