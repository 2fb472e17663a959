/// How a worker gives a job back unfinished.
public enum GiveBack: String, Sendable, Equatable {
    /// Not the job's fault (shutdown, lost database): ready at once, the attempt not counted.
    case release
    /// May pass: waits min(900, 2^attempts) s, jittered by half; dead after the last attempt.
    case retry
    /// Will never work: dead now.
    case dead
}
