import Synchronization

/// Tells the thread that works on one job to stop, and why; the first reason given stays.
public final class StopFlag: Sendable {
    /// Why work on a job stops before its end.
    public enum Reason: UInt8, Sendable, Equatable {
        /// Somebody cancelled the job.
        case cancelled = 1
        /// The daemon is going down: the job goes back.
        case shutdown = 2
        /// The job is no longer ours: nothing more may be written for it.
        case lost = 3
    }

    private let state = Atomic<UInt8>(0)

    /// Makes a flag that is not set.
    public init() {}

    /// Sets the flag, if it is not set yet.
    ///
    /// - Parameter reason: Why the work stops.
    public func stop(_ reason: Reason) {
        _ = state.compareExchange(
            expected: 0, desired: reason.rawValue, ordering: .acquiringAndReleasing)
    }

    /// Why the work stops, or `nil` if it goes on.
    public var reason: Reason? { Reason(rawValue: state.load(ordering: .acquiring)) }

    /// Whether the work stops.
    public var isSet: Bool { state.load(ordering: .relaxed) != 0 }
}
