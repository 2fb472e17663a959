import Synchronization

@testable import Folders

/// A watcher driven step by step, on the test's own thread and clock.
final class WatchProbe {
    /// What the watcher's closures note.
    private final class Notes: Sendable {
        struct State {
            var batches: [[String]] = []
            var notices: [WatchNotice] = []
            var refuses = false
        }

        let state = Mutex(State())
    }

    let folder: TemporaryFolder
    let clock = ManualClock()
    let events: SteppedEvents
    private let told: Notes
    private let loop: WatchLoop

    init(folders: [String] = [""], filter: FolderFilter = FolderFilter()) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        events = try SteppedEvents()
        let told = Notes()
        self.told = told
        loop = WatchLoop(
            folders: try folders.map { try WatchedFolder(path: folder.at($0), filter: filter) },
            settings: WatchSettings(), clock: clock, events: events,
            deliver: { batch in
                told.state.withLock { state in
                    guard !state.refuses else { return false }
                    let prefix = folder.path.count + 1
                    state.batches.append(batch.files.map { String($0.path.dropFirst(prefix)) })
                    return true
                }
            },
            notify: { notice in told.state.withLock { $0.notices.append(notice) } },
            isStopping: { false })
    }

    /// Files handed over since the last call, in order of name.
    func takeDelivered() -> [String] {
        told.state.withLock { state in
            defer { state.batches = [] }
            return state.batches.flatMap { $0 }.sorted()
        }
    }

    /// Notices since the last call.
    func takeNotices() -> [WatchNotice] {
        told.state.withLock { state in
            defer { state.notices = [] }
            return state.notices
        }
    }

    /// Whether batches are refused from now on.
    func refuse(_ refuses: Bool) { told.state.withLock { $0.refuses = refuses } }

    /// Does what is due now.
    func step() { loop.step() }

    /// Lets time pass and does what is then due.
    func pass(_ time: Duration) {
        loop.step()
        clock.advance(time)
        for _ in 0..<12 { loop.step() }
    }

    /// Lets the settle time pass.
    func settle() { pass(WatchSettings().settleTime) }
}
