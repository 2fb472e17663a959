/// Something that answers presets about pictures; one belongs to one worker thread.
public protocol ImageDescribing {
    /// Answers every question of the presets about one picture.
    ///
    /// Computes on the calling thread until done.
    ///
    /// - Parameters:
    ///   - image: The picture's file.
    ///   - presets: What to ask; the picture is looked at once for all of them.
    ///   - isCancelled: Asked at least once a token; once true, the work ends.
    ///   - onAnswer: Receives each answer as it is complete; its error ends the work.
    /// - Throws: `PipelineError`: `.cancelled` after `isCancelled`, else what went wrong.
    func describe(
        _ image: SourceImage, presets: [Preset], isCancelled: () -> Bool,
        onAnswer: (DescribedAnswer) throws(PipelineError) -> Void
    ) throws(PipelineError)
}
