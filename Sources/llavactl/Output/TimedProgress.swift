/// The progress of work that counts its own steps, on standard error, timed from its start.
struct TimedProgress {
    private let start = ContinuousClock.now
    private var reporter = ProgressReporter()
    private var last = ProgressBar(total: 0)
    private let countsBytes: Bool

    /// Begins to count.
    ///
    /// - Parameter countsBytes: Whether the steps are bytes.
    init(countsBytes: Bool = false) { self.countsBytes = countsBytes }

    /// Shows how far the work is.
    mutating func update(done: Int, total: Int) {
        last = bar(done: done, total: total)
        reporter.update(last)
    }

    /// Shows the last state and ends the line; nothing, if there was no step.
    mutating func finish() {
        guard last.total > 0 else { return }
        last.elapsed = (ContinuousClock.now - start) / .seconds(1)
        reporter.finish(last)
    }

    private func bar(done: Int, total: Int) -> ProgressBar {
        var bar = ProgressBar(total: total)
        bar.countsBytes = countsBytes
        bar.finished = done
        bar.elapsed = (ContinuousClock.now - start) / .seconds(1)
        return bar
    }
}
