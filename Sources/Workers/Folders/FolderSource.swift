import Folders
import Logging
import Storage
import Threads

/// Keeps the watched folders of settings and database watched, and enqueues what settles there.
actor FolderSource {
    /// Without news, the database's list of folders is read again this often.
    static let lookInterval = Duration.seconds(60)

    private let database: Database
    private let logger: Logger
    private var rules: FolderRules
    private var orders: [FolderOrder] = []
    private var watcher: FolderWatcher?
    private var beginsAnew = false
    private var hasEnded = false
    private let hurry: Wakeup

    init(
        database: Database, rules: FolderRules, clock: any Clock<Duration>, logger: Logger
    ) {
        self.database = database
        self.rules = rules
        self.logger = logger
        hurry = Wakeup(clock: clock)
    }

    /// How many folders are watched.
    var count: Int { orders.count }

    /// Takes new rules, after the settings were read again; every folder is scanned anew.
    func apply(_ rules: FolderRules) async {
        self.rules = rules
        beginsAnew = true
        await hurry.signal()
    }

    /// Looks at the database's list at once.
    func look() async {
        await hurry.signal()
    }

    /// Stops watching for good; what was enqueued stays.
    func end() async {
        hasEnded = true
        await hurry.signal()
    }

    /// Watches until ended or cancelled; the only caller of `refresh`, which must not overlap itself.
    func run() async {
        while !Task.isCancelled, !hasEnded {
            await refresh()
            await hurry.wait(atMost: Self.lookInterval)
        }
        await stop()
    }

    /// Reads the database's folders again and watches what is to be watched now.
    private func refresh() async {
        let stored: [FolderOrder]
        do throws(StorageError) {
            stored = try await database.watches().map {
                FolderOrder(
                    path: $0.path, presets: $0.presets, include: $0.include, exclude: $0.exclude)
            }
        } catch {
            // The watches that stand go on; the next look corrects them.
            logger.warning("the watched folders could not be read: \(error)")
            return
        }
        let wanted = rules.orders(with: stored)
        guard beginsAnew || wanted != orders else { return }
        beginsAnew = false
        await stop()
        orders = wanted
        await watch(wanted)
    }

    /// Stops watching; what was enqueued stays.
    private func stop() async {
        guard let watcher else { return }
        self.watcher = nil
        orders = []
        // Waits for the watcher's thread, which may be waiting for the database.
        await withCheckedContinuation { continuation in
            _ = NamedThread("folder-stop") {
                watcher.stop()
                continuation.resume()
            }
        }
    }

    private func watch(_ orders: [FolderOrder]) async {
        var folders: [WatchedFolder] = []
        var presets: [String: [String]] = [:]
        for order in orders {
            do throws(FolderError) {
                let filter = try FolderFilter(include: order.include, exclude: order.exclude)
                let folder = try WatchedFolder(path: order.path, filter: filter)
                folders.append(folder)
                presets[folder.path] = order.presets
            } catch {
                logger.error("'\(order.path)' is not watched: \(error)")
            }
        }
        guard !folders.isEmpty else { return }
        let (database, logger) = (database, logger)
        let presetsByFolder = presets
        do throws(FolderError) {
            watcher = try FolderWatcher(
                folders: folders, settings: rules.watching,
                notify: { notice in logger.notice("\(notice)") },
                deliver: { batch in
                    Self.enqueue(
                        batch, presets: presetsByFolder[batch.folder.path] ?? [], database, logger)
                })
            logger.info("watching \(folders.map(\.path).joined(separator: ", "))")
        } catch {
            logger.error("no folder is watched: \(error)")
        }
    }

    /// Enqueues settled files; runs on the watcher's own thread and waits there.
    private static func enqueue(
        _ batch: WatchBatch, presets: [String], _ database: Database, _ logger: Logger
    ) -> Bool {
        let jobs = batch.files.map {
            NewJob(
                path: $0.path, size: $0.size, modificationNanoseconds: $0.modificationNanoseconds)
        }
        let replies = Inbox<Bool>()
        Task {
            do throws(StorageError) {
                let count = try await database.enqueue(jobs, presets: presets)
                if count.added > 0 {
                    logger.info("\(count.added) pictures of \(batch.folder.path) were enqueued")
                }
                replies.put(true)
            } catch {
                logger.warning("pictures could not be enqueued, it is tried again: \(error)")
                replies.put(false)
            }
        }
        return replies.next() ?? false
    }
}
