/// What a scheduler has done and how long it took, in milliseconds of wall time.
public struct StageTimes: Sendable, Equatable {
    /// Pictures that went through the vision tower.
    public internal(set) var encoded = 0
    /// The vision tower and the projector.
    public internal(set) var encodeMS = 0.0
    /// Positions of prompts that were read; what was kept from an earlier one does not count.
    public internal(set) var readPositions = 0
    /// Reading them.
    public internal(set) var readMS = 0.0
    /// Steps that were taken.
    public internal(set) var steps = 0
    /// Tokens that they read, one an answer.
    public internal(set) var stepTokens = 0
    /// Taking them.
    public internal(set) var stepMS = 0.0

    /// Nothing done.
    public init() {}
}
