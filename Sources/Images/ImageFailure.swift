/// Why a file gives no picture; the raw value is what a job stores as its failure class.
public enum ImageFailure: String, Sendable, CaseIterable {
    /// No bytes at all.
    case empty
    /// The data end before the picture does.
    case truncated
    /// Neither JPEG nor PNG, or a rare coding of theirs (lossless, 12-bit) that is not decoded.
    case unsupported
    /// A limit of `ImageLimits` is exceeded.
    case tooLarge = "too-large"
    /// The data contradict themselves or the format.
    case corrupt
}
