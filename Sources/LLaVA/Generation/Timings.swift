/// How long the parts of an answer took, in milliseconds of wall time.
///
/// What an earlier question about the same picture has paid for counts as zero, and a step that
/// served several answers counts in equal parts, so that the times of all answers add up.
public struct Timings: Sendable, Equatable {
    /// Padding, resizing and normalising the picture.
    public var imageMS = 0.0
    /// The vision tower and the projector.
    public var encodeMS = 0.0
    /// Reading the prompt.
    public var prefillMS = 0.0
    /// Writing the answer.
    public var generateMS = 0.0

    /// All of it.
    public var total: Double { imageMS + encodeMS + prefillMS + generateMS }

    /// Makes timings of zero.
    public init() {}
}
