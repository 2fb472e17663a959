/// How many jobs stand where.
public struct StateCounts: Sendable, Equatable {
    private var counts: [JobState: Int]

    /// Makes the counts; states not named have none.
    ///
    /// - Parameter counts: Jobs by state.
    public init(_ counts: [JobState: Int] = [:]) {
        self.counts = counts
    }

    /// The number of jobs in a state.
    public subscript(state: JobState) -> Int { counts[state] ?? 0 }

    /// All jobs.
    public var total: Int { counts.values.reduce(0, +) }

    /// Jobs that are not over: ready, waiting or running.
    public var open: Int { self[.ready] + self[.waiting] + self[.running] }

    /// Jobs that are over: done, dead or cancelled.
    public var finished: Int { self[.done] + self[.dead] + self[.cancelled] }
}
