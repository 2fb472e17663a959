import Glibc

/// The time a watcher goes by; tests turn theirs by hand.
public protocol WatchClock: Sendable {
    /// Time since a fixed moment; never goes back.
    var now: Duration { get }
}

/// The system's monotonic time, which counts on while the machine sleeps.
public struct SystemWatchClock: WatchClock {
    /// Makes a clock.
    public init() {}

    /// Time since the machine started.
    public var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
