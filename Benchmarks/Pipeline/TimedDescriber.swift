import Glibc
import Pipeline

/// An engine that takes a given time for a picture and computes nothing.
///
/// What is left is the pipeline. It takes one picture at a time, so that no other hides what its thread waits for.
struct TimedDescriber: ImageDescribing {
    /// As long as a caption is.
    private static let text =
        "A narrow street in an old town, seen from a first floor: two people walk past a bicycle "
        + "that leans against a wall, and in the background a tower stands before a pale sky."

    /// How long a picture takes, spread evenly over its questions.
    let duration: Duration
    /// Where the time goes that this thread spends outside the engine.
    let meter: PipelineMeter

    func describe(taking next: (_ waits: Bool) -> DescribingTask?) {
        // Waiting for the first picture is not the pipeline's doing.
        guard var task = next(true) else { return }
        while true {
            let questions = task.presets.flatMap { preset in preset.questions.map { (preset, $0) } }
            for (preset, question) in questions where !task.isCancelled() {
                compute(duration / questions.count)
                meter.time {
                    task.onAnswer(
                        DescribedAnswer(
                            preset: preset.name, presetVersion: preset.version,
                            question: question.name, text: Self.text, confidence: 0.5,
                            finishReason: "stop", tokens: 48, durationMS: 0))
                }
            }
            let ended = ContinuousClock.now
            task.onEnd(nil)
            guard let another = next(true) else { return }
            meter.picture(waitedSince: ended)
            task = another
        }
    }

    private func compute(_ time: Duration) {
        guard time > .zero else { return }
        var left = timespec(
            tv_sec: Int(time.components.seconds),
            tv_nsec: Int(time.components.attoseconds / 1_000_000_000))
        var rest = timespec()
        while nanosleep(&left, &rest) != 0 && errno == EINTR { left = rest }
    }
}
