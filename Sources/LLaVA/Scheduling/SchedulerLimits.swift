/// How much a scheduler works on at once.
///
/// No answer depends on any of it.
public struct SchedulerLimits: Sendable, Equatable {
    /// The most answers that are written side by side, at least 1.
    public var batch: Int
    /// The most pictures that are worked on at once, at least 1.
    public var pictures: Int
    /// Memory for keys and values, in bytes; `nil` for as much as `pictures` of usual size need.
    ///
    /// Fewer answers and pictures are worked on where this is less than they need, but always one.
    public var cacheBytes: Int?
    /// The longest that answers wait for a picture or a question to be read before they take a step,
    /// up to one layer of reading more; `nil` for 24 times as long as a step takes, but a second at
    /// least.
    ///
    /// Reading first makes fuller steps, which cost less a token. Steps then take a twenty-fifth of
    /// the time while something is read: with a 7B model that reads a picture in 16 s and takes a
    /// step in 350 ms, a batch of 16 answers of 48 tokens fills; with 8 times only half of it.
    public var patience: Duration?
    /// Whether the text before the picture, the same in every prompt, is read once and copied.
    public var keepsPrefix: Bool

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - batch: The most answers that are written side by side.
    ///   - pictures: The most pictures at once; `nil` for as many as `batch`.
    ///   - cacheBytes: Memory for keys and values; `nil` for what is usually needed.
    ///   - patience: The longest that answers wait for something to be read; `nil` for what suits
    ///     the length of a step.
    ///   - keepsPrefix: Whether the text before the picture is read once.
    public init(
        batch: Int, pictures: Int? = nil, cacheBytes: Int? = nil,
        patience: Duration? = nil, keepsPrefix: Bool = true
    ) {
        self.batch = batch
        self.pictures = pictures ?? batch
        self.cacheBytes = cacheBytes
        self.patience = patience
        self.keepsPrefix = keepsPrefix
    }
}
