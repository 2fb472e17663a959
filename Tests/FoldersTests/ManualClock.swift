import Folders
import Synchronization

/// A clock that stands still until it is turned.
final class ManualClock: WatchClock {
    private let time = Mutex(Duration.seconds(1_000_000))

    var now: Duration { time.withLock { $0 } }

    func advance(_ step: Duration) { time.withLock { $0 += step } }
}
