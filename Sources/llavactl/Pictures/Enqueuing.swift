import Folders
import Settings
import Storage

/// Brings pictures into the queue, as `describe` and `enqueue` do.
struct Enqueuing {
    /// What became of the pictures.
    private(set) var count = EnqueueCount()
    /// Why others were left out, a sentence each.
    private(set) var skipped: [String] = []

    /// Enqueues everything below some paths.
    ///
    /// - Parameters:
    ///   - paths: Files and folders.
    ///   - presets: The presets wanted.
    ///   - priority: Smaller runs first.
    ///   - database: Where the queue is.
    ///   - sources: Which files of folders are taken.
    /// - Throws: `StorageError`, or `SettingsError` for a pattern in the settings.
    init(
        _ paths: [String], presets: [String], priority: Int, in database: Database,
        _ sources: SourceSettings
    ) async throws {
        let filter: FolderFilter
        do {
            filter = try FolderFilter(include: sources.include, exclude: sources.exclude)
        } catch {
            throw SettingsError(.badValue, at: "sources.include and exclude", error.description)
        }
        for await batch in PictureSearch(paths: paths, filter: filter).batches() {
            skipped += batch.skipped
            if batch.jobs.isEmpty { continue }
            let more = try await database.enqueue(
                batch.jobs, presets: presets, priority: priority)
            count.added += more.added
            count.known += more.known
            count.jobIDs += more.jobIDs
        }
    }

    /// How many reasons are worth a line of a person's screen.
    private static let shownReasons = 20

    /// Says what was left out.
    func complainAboutSkipped() {
        for reason in skipped.prefix(Self.shownReasons) { complain("Skipped: " + reason) }
        let rest = skipped.count - Self.shownReasons
        if rest > 0 { complain("Skipped: \(rest) more") }
    }
}
