/// Decides which daemons are dead by watching their beats stand still.
///
/// No clock of another machine takes part: a daemon is dead when this process saw its beat
/// unchanged in `needed` observations of its own, none further than `longestGap` from the one
/// before. A longer gap means that this process or the database was away, and proves nothing
/// about others, so every count starts again.
struct BeatObservations {
    /// Observations of the same beat until a daemon counts as dead: 6 at 5 s are the 30 s lease.
    static let needed = 6
    /// The longest time between two observations that still counts.
    static let longestGap = Duration.seconds(10)

    private struct Seen {
        let beat: Int64
        var times: Int
    }

    private var seen: [Int64: Seen] = [:]
    private var last: Duration?

    /// Takes one observation.
    ///
    /// - Parameters:
    ///   - beats: The beat of each living daemon by its epoch.
    ///   - now: The time of the observation on a clock of this process that nobody sets.
    /// - Returns: Epoch and beat of the daemons that count as dead.
    mutating func observe(_ beats: [Int64: Int64], at now: Duration) -> [Int64: Int64] {
        if let last, now - last > Self.longestGap { seen = [:] }
        last = now
        var next: [Int64: Seen] = [:]
        for (epoch, beat) in beats {
            let before = seen[epoch].flatMap { $0.beat == beat ? $0.times : nil } ?? 0
            next[epoch] = Seen(beat: beat, times: before + 1)
        }
        seen = next
        return next.filter { $0.value.times >= Self.needed }.mapValues(\.beat)
    }

    /// Forgets everything, after the connection was lost.
    mutating func reset() {
        seen = [:]
        last = nil
    }
}
