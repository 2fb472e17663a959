import Synchronization
import Threads

/// Watches folders and hands over their pictures, those there at the start included, as they settle.
///
/// A file is handed over once it has been the same (device, inode, size, times) for the settle
/// time, and again when it changes; after a restart of the program, everything is handed over anew,
/// so what receives it must know files again. One thread of its own does the work and calls the
/// closures; while a closure blocks, nothing is lost, for a full queue leads to a new scan.
public final class FolderWatcher: Sendable {
    private struct Requests {
        var stops = false
        var rescans = false
    }

    private let requests = Mutex(Requests())
    private let events: any DirectoryEvents
    private let thread = Mutex<NamedThread?>(nil)

    /// Starts watching.
    ///
    /// - Parameters:
    ///   - folders: What to watch; a folder that does not exist is waited for.
    ///   - settings: How patient and how suspicious to be.
    ///   - clock: The time to go by.
    ///   - notify: Told what a log should say; called on the watcher's thread.
    ///   - deliver: Given the files that have settled, on the watcher's thread; `false` if it could
    ///     not take them, and then gets them again after the settle time.
    /// - Throws: `FolderError.unreadable` where the system gives no inotify instance
    ///   (`fs.inotify.max_user_instances`).
    public convenience init(
        folders: [WatchedFolder], settings: WatchSettings = WatchSettings(),
        clock: any WatchClock = SystemWatchClock(),
        notify: @escaping @Sendable (WatchNotice) -> Void,
        deliver: @escaping @Sendable (WatchBatch) -> Bool
    ) throws(FolderError) {
        let events: Inotify
        do throws(SystemFailure) {
            events = try Inotify()
        } catch {
            throw .unreadable("inotify", "\(error.reason); see fs.inotify.max_user_instances")
        }
        self.init(
            folders: folders, settings: settings, clock: clock, events: events, notify: notify,
            deliver: deliver)
    }

    /// Starts watching by a given source of events.
    init(
        folders: [WatchedFolder], settings: WatchSettings, clock: any WatchClock,
        events: any DirectoryEvents, notify: @escaping @Sendable (WatchNotice) -> Void,
        deliver: @escaping @Sendable (WatchBatch) -> Bool
    ) {
        self.events = events
        let started = NamedThread("folder-watch") { [self] in
            let loop = WatchLoop(
                folders: folders, settings: settings, clock: clock, events: events,
                deliver: deliver, notify: notify,
                isStopping: { [self] in requests.withLock { $0.stops } })
            while true {
                let request = requests.withLock { requests in
                    defer { requests.rescans = false }
                    return requests
                }
                if request.stops { return }
                if request.rescans { loop.requestScan() }
                loop.step()
            }
        }
        thread.withLock { $0 = started }
    }

    /// Scans everything again now.
    public func rescan() {
        requests.withLock { $0.rescans = true }
        events.wake()
    }

    /// Looks at the clock now; for a clock that is turned by hand.
    public func wake() {
        events.wake()
    }

    /// Ends watching and waits for the thread; a batch being handed over is finished first.
    public func stop() {
        requests.withLock { $0.stops = true }
        events.wake()
        thread.withLock { thread in thread.take() }?.join()
    }
}
