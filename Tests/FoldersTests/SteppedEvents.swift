import Glibc
import Synchronization

@testable import Folders

/// The kernel's events, without waiting for any, and with the kernel's failures at will.
///
/// The kernel queues an event before the call that causes it returns, so a test that writes and then
/// takes a step meets it without waiting.
final class SteppedEvents: DirectoryEvents {
    private struct Faults {
        var dropsEvents = false
        var watchLimit = Int.max
        var watches: Set<Int32> = []
        var injected: [DirectoryEvent] = []
    }

    private let kernel: Inotify
    private let faults = Mutex(Faults())

    init() throws { kernel = try Inotify() }

    /// How many directories have a watch.
    var watchCount: Int { faults.withLock { $0.watches.count } }

    /// From now on, events are lost, as with a full queue.
    func dropEvents() { faults.withLock { $0.dropsEvents = true } }

    /// The kernel tells that events were lost, and tells them again from now on.
    func overflow() {
        _ = kernel.takeEvents()
        faults.withLock {
            $0.dropsEvents = false
            $0.injected.append(.overflowed)
        }
    }

    /// The kernel allows no more watches than this.
    func limitWatches(to count: Int) { faults.withLock { $0.watchLimit = count } }

    func watch(_ path: String, followsLink: Bool) throws(SystemFailure) -> Int32 {
        guard faults.withLock({ $0.watches.count < $0.watchLimit }) else {
            throw SystemFailure(code: ENOSPC)
        }
        let watch = try kernel.watch(path, followsLink: followsLink)
        faults.withLock { _ = $0.watches.insert(watch) }
        return watch
    }

    func unwatch(_ watch: Int32) {
        faults.withLock { _ = $0.watches.remove(watch) }
        kernel.unwatch(watch)
    }

    func takeEvents() -> [DirectoryEvent] {
        let taken = kernel.takeEvents()
        return faults.withLock { faults in
            for case .ended(let watch) in taken { faults.watches.remove(watch) }
            defer { faults.injected = [] }
            return faults.injected + (faults.dropsEvents ? [] : taken)
        }
    }

    func wait(atMost time: Duration) {}

    func wake() {}
}
