/// A daemon's heartbeat counter as a sweeper saw it.
public struct ObservedBeat: Sendable, Hashable {
    /// The daemon.
    public var epoch: Int64
    /// Its counter.
    public var beat: Int64

    /// Makes an observation.
    ///
    /// - Parameters:
    ///   - epoch: The daemon.
    ///   - beat: Its counter.
    public init(epoch: Int64, beat: Int64) {
        self.epoch = epoch
        self.beat = beat
    }
}
