/// A picture and the presets that are to be answered about it.
///
/// The closures are called on the describer's thread, between steps of other pictures' answers.
public struct DescribingTask: Sendable {
    /// The picture.
    public let picture: PreparedPicture
    /// What to ask; the picture is looked at once for all of them.
    public let presets: [Preset]
    /// Asked at least once a token; once true, the work on this picture ends.
    public let isCancelled: @Sendable () -> Bool
    /// Receives each answer as it is complete.
    public let onAnswer: @Sendable (DescribedAnswer) -> Void
    /// Called once at the end: with nothing after the last answer, else with a `PipelineError` of
    /// class `engine`, or with the disposition `.cancelled` after `isCancelled`.
    public let onEnd: @Sendable (PipelineError?) -> Void

    /// Makes a task.
    ///
    /// - Parameters:
    ///   - picture: The picture.
    ///   - presets: What to ask.
    ///   - isCancelled: Whether the work is to end.
    ///   - onAnswer: Receives each answer.
    ///   - onEnd: Called once at the end.
    public init(
        picture: PreparedPicture, presets: [Preset],
        isCancelled: @escaping @Sendable () -> Bool,
        onAnswer: @escaping @Sendable (DescribedAnswer) -> Void,
        onEnd: @escaping @Sendable (PipelineError?) -> Void
    ) {
        self.picture = picture
        self.presets = presets
        self.isCancelled = isCancelled
        self.onAnswer = onAnswer
        self.onEnd = onEnd
    }
}
