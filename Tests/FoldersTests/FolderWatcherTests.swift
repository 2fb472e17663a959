import Folders
import Testing

/// The watcher on its own thread, with the kernel's events and clock.
struct FolderWatcherTests {
    @Test(.timeLimit(.minutes(1))) func handsOverFilesAsTheyArrive() async throws {
        let folder = try TemporaryFolder()
        try folder.write("before.jpg")
        let (batches, continuation) = AsyncStream<WatchBatch>.makeStream()
        let watcher = try watch(folder) { batch in
            continuation.yield(batch)
            return true
        }
        defer { watcher.stop() }
        var seen: Set<String> = []
        for await batch in batches {
            #expect(batch.folder.path == folder.path)
            for file in batch.files { seen.insert(String(file.path.dropFirst(folder.path.count))) }
            if seen == ["/before.jpg"] { try folder.write("sub/after.jpg") }
            if seen.count == 2 { break }
        }
        #expect(seen == ["/before.jpg", "/sub/after.jpg"])
    }

    @Test(.timeLimit(.minutes(1))) func stopsAndCanBeStoppedTwice() throws {
        let watcher = try watch(TemporaryFolder()) { _ in true }
        watcher.stop()
        watcher.stop()
    }

    @Test(.timeLimit(.minutes(1))) func scansAgainOnRequest() async throws {
        let folder = try TemporaryFolder()
        let (losses, continuation) = AsyncStream<WatchNotice>.makeStream()
        var settings = WatchSettings()
        settings.settleTime = .milliseconds(10)
        let watcher = try FolderWatcher(
            folders: [WatchedFolder(path: folder.at("missing"))], settings: settings,
            notify: { continuation.yield($0) }, deliver: { _ in true })
        defer { watcher.stop() }
        for await notice in losses {
            if case .folderFound = notice { break }
            try folder.makeFolder("missing")
            watcher.rescan()
        }
    }

    private func watch(
        _ folder: TemporaryFolder, deliver: @escaping @Sendable (WatchBatch) -> Bool
    ) throws -> FolderWatcher {
        var settings = WatchSettings()
        settings.settleTime = .milliseconds(10)
        return try FolderWatcher(
            folders: [WatchedFolder(path: folder.path)], settings: settings,
            notify: { _ in }, deliver: deliver)
    }
}
