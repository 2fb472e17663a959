import Glibc

/// Finds the pictures below a folder, level by level.
///
/// It opens no file, so pipes and devices cannot hold it up; it follows links to files but not to
/// folders, so no loop of links can either. Memory holds the folders of two levels and one batch
/// of names. Blocks on the file system: not for the cooperative pool.
public struct FolderScanner: Sendable {
    /// Which files are taken and which folders entered.
    public let filter: FolderFilter

    /// Makes a scanner.
    ///
    /// - Parameter filter: Which files are taken and which folders entered.
    public init(filter: FolderFilter = FolderFilter()) {
        self.filter = filter
    }

    /// Visits every picture below a folder, and everything that would be one but for a reason.
    ///
    /// A path that names a file is taken whatever its name.
    ///
    /// - Parameters:
    ///   - root: The folder, absolute or relative to the current one; may be a link.
    ///   - visit: Called for each; what it throws ends the scan.
    /// - Returns: How much there was, also of what is passed over in silence.
    /// - Throws: `FolderError` if the root itself cannot be read, or what `visit` throws.
    @discardableResult
    public func scan(
        _ root: String, visit: (FolderEvent) throws -> Void
    ) throws -> ScanCounts {
        let path = try FolderPath.absolute(root)
        let status = try Self.status(of: path, followsLink: true)
            .mapError { $0.error(at: path) }.get()
        switch FileKind(mode: status.st_mode) {
        case .folder:
            return try walk(path, from: "", enter: { _ in }, visit: visit)
        case .file:
            let event = Self.event(forFile: path, status: status)
            var counts = ScanCounts()
            counts.add(event)
            try visit(event)
            return counts
        case let kind:
            throw FolderError.notRegular(path, kind)
        }
    }

    /// Visits what is below a folder of a root, telling each folder before it is listed.
    ///
    /// - Parameters:
    ///   - root: The absolute path that patterns are relative to.
    ///   - start: The folder to begin with, relative to the root; empty for the root.
    ///   - enter: Called with a folder's relative path before its entries are read.
    ///   - visit: Called for each file taken or skipped.
    /// - Returns: How much there was.
    /// - Throws: `FolderError` if the first folder cannot be listed, or what the closures throw.
    func walk(
        _ root: String, from start: String, enter: (String) throws -> Void,
        visit: (FolderEvent) throws -> Void
    ) throws -> ScanCounts {
        var counts = ScanCounts()
        var level = [start]
        while !level.isEmpty {
            var next: [String] = []
            for folder in level {
                let path = FolderPath.joined(root, folder)
                try enter(folder)
                let listing: DirectoryListing
                do throws(SystemFailure) {
                    listing = try DirectoryListing(path, followsLink: folder.isEmpty)
                } catch {
                    if folder == start { throw error.error(at: path) }
                    let event = FolderEvent.skipped(
                        SkippedFile(path: path.utf8, reason: .unreadable(error.reason)))
                    counts.add(event)
                    try visit(event)
                    continue
                }
                counts.folders += 1
                try list(listing, of: folder, root: root, counts: &counts, visit: visit) {
                    next.append($0)
                }
            }
            level = next
        }
        return counts
    }

    /// Visits the entries of one folder; its folders are handed to `descend`.
    private func list(
        _ listing: DirectoryListing, of folder: String, root: String, counts: inout ScanCounts,
        visit: (FolderEvent) throws -> Void, descend: (String) -> Void
    ) throws {
        while true {
            let batch = listing.nextBatch()
            if batch.isEmpty { return }
            for entry in batch {
                switch finding(for: entry, in: folder, root: root) {
                case .ignored: counts.ignored += 1
                case .folder(let relative):
                    descend(relative)
                    guard filter.accepts(relativePath: relative) else { continue }
                    // People who see "x.jpg" in a listing look for it in the answers.
                    let event = FolderEvent.skipped(
                        SkippedFile(
                            path: FolderPath.joined(root, relative).utf8,
                            reason: .folderNamedAsPicture))
                    counts.add(event)
                    try visit(event)
                case .file(let event):
                    counts.add(event)
                    try visit(event)
                }
            }
        }
    }

    /// What an entry of a folder is to a scan.
    enum Finding: Equatable {
        /// Hidden, excluded, not included or no longer there.
        case ignored
        /// A folder to enter, by its path relative to the root.
        case folder(String)
        /// A file taken, or something skipped with a reason.
        case file(FolderEvent)
    }

    /// Judges an entry by its name, and by the file system only if the name calls for it.
    func finding(
        for entry: DirectoryListing.Entry, in folder: String, root: String
    ) -> Finding {
        guard entry.name.first != UInt8(ascii: ".") else { return .ignored }
        guard let name = String(validating: entry.name, as: UTF8.self) else {
            // Judged as far as the name can be read, so that a stray text file stays unmentioned.
            let readable = String(decoding: entry.name, as: UTF8.self)
            let relative = FolderPath.joined(folder, readable)
            guard entry.kind == .folder || filter.accepts(relativePath: relative) else {
                return .ignored
            }
            let path = Array(FolderPath.joined(root, folder).utf8) + [UInt8(ascii: "/")]
            return .file(.skipped(SkippedFile(path: path + entry.name, reason: .nameNotUTF8)))
        }
        let relative = FolderPath.joined(folder, name)
        let path = FolderPath.joined(root, relative)
        let isTaken = filter.accepts(relativePath: relative)
        let kind =
            entry.kind
            ?? (try? Self.status(of: path, followsLink: false).get())
            .map { FileKind(mode: $0.st_mode) }
        if kind == .folder {
            return filter.enters(relativePath: relative) ? .folder(relative) : .ignored
        }
        if kind == .link, !isTaken {
            // A link to a folder is worth a word, whatever its name: its pictures are missing.
            guard filter.enters(relativePath: relative),
                case .success(let target) = Self.status(of: path, followsLink: true),
                FileKind(mode: target.st_mode) == .folder
            else { return .ignored }
            return .file(.skipped(SkippedFile(path: path.utf8, reason: .folderLink)))
        }
        guard isTaken else { return .ignored }
        return Self.event(for: path).map(Finding.file) ?? .ignored
    }

    /// Judges a path whose name is accepted; nil if nothing is there any more.
    static func event(for path: String) -> FolderEvent? {
        func skipped(_ reason: SkipReason) -> FolderEvent {
            .skipped(SkippedFile(path: path.utf8, reason: reason))
        }
        let status: stat
        switch Self.status(of: path, followsLink: false) {
        case .success(let found): status = found
        case .failure(let failure):
            return failure.code == ENOENT ? nil : skipped(.unreadable(failure.reason))
        }
        guard FileKind(mode: status.st_mode) == .link else {
            return event(forFile: path, status: status)
        }
        switch Self.status(of: path, followsLink: true) {
        case .success(let target):
            if FileKind(mode: target.st_mode) == .folder { return skipped(.folderLink) }
            return event(forFile: path, status: target)
        case .failure(let failure):
            return skipped(.brokenOrLoopingLink(failure.reason))
        }
    }

    /// Judges a path by what stands there, links resolved.
    private static func event(forFile path: String, status: stat) -> FolderEvent {
        let kind = FileKind(mode: status.st_mode)
        guard kind == .file else {
            return .skipped(SkippedFile(path: path.utf8, reason: .notRegular(kind)))
        }
        guard faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else {
            let reason = SystemFailure(code: errno).reason
            return .skipped(SkippedFile(path: path.utf8, reason: .unreadable(reason)))
        }
        return .found(FoundFile(path: path, status: status))
    }

    /// What stands at a path.
    static func status(of path: String, followsLink: Bool) -> Result<stat, SystemFailure> {
        var status = stat()
        let result = followsLink ? stat(path, &status) : lstat(path, &status)
        return result == 0 ? .success(status) : .failure(SystemFailure(code: errno))
    }
}
