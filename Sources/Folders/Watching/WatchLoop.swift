import Glibc

/// What a watcher's thread does; used by that thread alone.
///
/// Events are hints and scans are the truth. An event only says where to look; what is found there
/// waits until it has settled. Whatever may have been missed (a full queue, a file system gone, a
/// folder moved away) is answered by scanning everything again, as at the start. A new directory is
/// watched first and listed then, so that nothing can appear in it unseen between the two.
final class WatchLoop {
    private let folders: [WatchedFolder]
    private let settings: WatchSettings
    private let clock: any WatchClock
    private let events: any DirectoryEvents
    private let deliver: @Sendable (WatchBatch) -> Bool
    private let notify: @Sendable (WatchNotice) -> Void
    private let isStopping: () -> Bool

    private var tree = WatchedTree()
    private var settling: SettlingFiles
    /// Events taken from the kernel during a scan, in order.
    private var backlog: [DirectoryEvent] = []
    /// Directories scanned on a timer, because nothing tells of their changes.
    private var polled: Set<WatchedTree.Place> = []
    private var lost: Set<Int> = []
    /// Hashes of the files handed over, path and state: 8 bytes each instead of a path.
    ///
    /// Two alike among a million have odds of 1 in 10^7, and would cost one file until it changes.
    private var delivered: Set<Int> = []
    /// Hashes of what was told already.
    private var noticed: Set<Int> = []
    private var needsScan = true
    private var nextScan: Duration = .zero
    private var nextPoll: Duration = .zero

    /// Events held during a scan before it counts as an overflow.
    private static let maxBacklog = 100_000
    /// Files handed over at once, and looked at between two looks at the kernel's queue.
    private static let batchSize = 256
    /// Notices remembered, so that none is told twice; more start again.
    private static let maxNoticed = 100_000

    /// Ends a scan when the watcher stops.
    private struct Stopped: Error {}

    init(
        folders: [WatchedFolder], settings: WatchSettings, clock: any WatchClock,
        events: any DirectoryEvents, deliver: @escaping @Sendable (WatchBatch) -> Bool,
        notify: @escaping @Sendable (WatchNotice) -> Void,
        isStopping: @escaping () -> Bool
    ) {
        self.folders = folders
        self.settings = settings
        self.clock = clock
        self.events = events
        self.deliver = deliver
        self.notify = notify
        self.isStopping = isStopping
        settling = SettlingFiles(settleTime: settings.settleTime)
    }

    /// Asks for a scan of everything at the next step.
    func requestScan() { needsScan = true }

    /// Does what is due and then waits for the next event or time.
    func step() {
        takeEvents()
        let pending = backlog
        backlog = []
        for event in pending { handle(event) }
        if needsScan || clock.now >= nextScan {
            scanEverything()
        } else if !polled.isEmpty || !lost.isEmpty, clock.now >= nextPoll {
            pollFolders()
        }
        deliverSettled()
        guard backlog.isEmpty, !needsScan else { return }
        let due = [nextScan, polled.isEmpty && lost.isEmpty ? nil : nextPoll, settling.nextDue]
        let remaining = (due.compactMap { $0 }.min() ?? nextScan) - clock.now
        if remaining > .zero { events.wait(atMost: remaining) }
    }

    // MARK: Events

    /// Empties the kernel's queue, which holds 16,384 events, also in the middle of a scan.
    private func takeEvents() {
        backlog += events.takeEvents()
        if backlog.count > Self.maxBacklog { backlog = [.overflowed] }
    }

    private func handle(_ event: DirectoryEvent) {
        switch event {
        case .entry(let watch, let name, let isFolder):
            for place in tree.places(of: watch) {
                look(at: name, isFolder: isFolder, in: place)
            }
        case .moved(let watch):
            for place in tree.places(of: watch) where self.watch(place) != watch {
                forget(place)
            }
        case .deleted(let watch):
            if tree.places(of: watch).contains(where: { $0.relative.isEmpty }) { needsScan = true }
            tree.forget(watch)
        case .ended(let watch):
            tree.forget(watch)
        case .unmounted(let watch):
            tree.forget(watch)
            needsScan = true
        case .overflowed:
            notify(.overflowed)
            needsScan = true
        }
    }

    /// Looks at an entry that an event named.
    private func look(at name: [UInt8], isFolder: Bool, in place: WatchedTree.Place) {
        let folder = folders[place.folder]
        let entry = DirectoryListing.Entry(name: name, kind: isFolder ? .folder : nil)
        let scanner = FolderScanner(filter: folder.filter)
        switch scanner.finding(for: entry, in: place.relative, root: folder.path) {
        case .ignored: break
        case .folder(let relative):
            scan(WatchedTree.Place(folder: place.folder, relative: relative))
        case .file(let event): take(event, folder: place.folder)
        }
    }

    /// Forgets a directory that is no longer where it was, and its watches.
    private func forget(_ place: WatchedTree.Place) {
        for watch in tree.forget(place) { events.unwatch(watch) }
        if place.relative.isEmpty { needsScan = true }
    }

    // MARK: Scans

    private func scanEverything() {
        needsScan = false
        polled = []
        let before = delivered
        delivered = []
        for folder in folders.indices {
            scan(WatchedTree.Place(folder: folder, relative: ""), delivered: before)
        }
        // A folder that cannot be read keeps what it has handed over.
        if !lost.isEmpty { delivered.formUnion(before) }
        nextScan = clock.now + settings.rescanInterval
        nextPoll = clock.now + settings.pollInterval
    }

    private func pollFolders() {
        for place in polled { scan(place) }
        for folder in lost { scan(WatchedTree.Place(folder: folder, relative: "")) }
        nextPoll = clock.now + settings.pollInterval
    }

    /// Watches and lists a directory and what is below it.
    ///
    /// - Parameters:
    ///   - top: The directory.
    ///   - before: Of a scan of everything, what was handed over before it.
    private func scan(_ top: WatchedTree.Place, delivered before: Set<Int>? = nil) {
        let folder = folders[top.folder]
        let scanner = FolderScanner(filter: folder.filter)
        do {
            _ = try scanner.walk(folder.path, from: top.relative) { relative in
                if isStopping() { throw Stopped() }
                takeEvents()
                watch(WatchedTree.Place(folder: top.folder, relative: relative))
            } visit: { event in
                take(event, folder: top.folder, delivered: before)
            }
            if top.relative.isEmpty, lost.remove(top.folder) != nil {
                notify(.folderFound(folder.path))
            }
        } catch {
            // Below the folder itself this is a directory gone again: nothing to tell.
            guard top.relative.isEmpty, !(error is Stopped),
                lost.insert(top.folder).inserted
            else { return }
            notify(.folderLost(folder.path, "\(error)"))
        }
    }

    /// Watches a directory, or has it polled.
    ///
    /// - Returns: The watch, if there is one.
    @discardableResult
    private func watch(_ place: WatchedTree.Place) -> Int32? {
        guard !isPolled(place) else { return nil }
        let path = FolderPath.joined(folders[place.folder].path, place.relative)
        if place.relative.isEmpty, let kind = remoteKind(of: path) {
            poll(place, telling: .polled(path, "\(kind) tells no changes made elsewhere"))
            return nil
        }
        do throws(SystemFailure) {
            let watch = try events.watch(path, followsLink: place.relative.isEmpty)
            tree.set(watch, for: place)
            return watch
        } catch {
            switch error.code {
            case ENOSPC, ENOMEM:
                // Told once: past the limit, every directory would say the same.
                poll(place, telling: .watchLimitReached(path), key: ENOSPC.hashValue)
            case ENOENT, ENOTDIR, ELOOP: break  // gone again
            default: poll(place, telling: .polled(path, error.reason))
            }
            return nil
        }
    }

    private func remoteKind(of path: String) -> String? {
        guard let status = try? FolderScanner.status(of: path, followsLink: true).get() else {
            return nil
        }
        return MountTable.remoteKind(
            ofDevice: UInt64(status.st_dev), table: MountTable.current())
    }

    private func poll(
        _ place: WatchedTree.Place, telling notice: WatchNotice, key: Int? = nil
    ) {
        polled.insert(place)
        tell(notice, key: key ?? place.hashValue)
    }

    /// Tells a notice unless one of the same key was told.
    private func tell(_ notice: WatchNotice, key: Int) {
        if noticed.count >= Self.maxNoticed { noticed = [] }
        if noticed.insert(key).inserted { notify(notice) }
    }

    /// Whether a directory or one above it is polled already.
    private func isPolled(_ place: WatchedTree.Place) -> Bool {
        guard !polled.isEmpty else { return false }
        var relative = place.relative[...]
        while true {
            let above = WatchedTree.Place(folder: place.folder, relative: String(relative))
            if polled.contains(above) { return true }
            if relative.isEmpty { return false }
            relative = relative.lastIndex(of: "/").map { relative[..<$0] } ?? ""
        }
    }

    // MARK: Files

    /// Lets a file settle unless it was handed over in this state.
    private func take(
        _ event: FolderEvent, folder: Int, delivered before: Set<Int>? = nil
    ) {
        switch event {
        case .skipped(let file):
            tell(.skipped(file), key: file.hashValue)
        case .found(let file):
            let key = Self.key(file, folder: folder)
            if before?.contains(key) == true { delivered.insert(key) }
            guard !delivered.contains(key) else { return }
            settling.add(file, folder: folder, now: clock.now)
        }
    }

    private func deliverSettled() {
        let settled = settling.takeSettled(now: clock.now, limit: Self.batchSize) { path in
            guard case .found(let file) = FolderScanner.event(for: path) else { return nil }
            return file
        }
        for (folder, files) in Dictionary(grouping: settled, by: \.folder) {
            hand(over: files.map(\.file), of: folder)
        }
    }

    /// Hands files over; those refused settle once more and are offered again.
    private func hand(over files: [FoundFile], of folder: Int) {
        if deliver(WatchBatch(folder: folders[folder], files: files)) {
            delivered.formUnion(files.map { Self.key($0, folder: folder) })
        } else {
            for file in files { settling.add(file, folder: folder, now: clock.now) }
        }
    }

    /// Stands for a file handed over in a state, for a watched folder.
    private static func key(_ file: FoundFile, folder: Int) -> Int {
        var hasher = Hasher()
        hasher.combine(folder)
        hasher.combine(file)
        return hasher.finalize()
    }
}
