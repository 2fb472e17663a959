import Folders
import Glibc
import Testing

struct FolderScannerTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func findsPicturesLevelByLevelInOrderOfName() throws {
        for name in ["b.jpg", "a.png", "sub/c.JPG", "sub/deep/d.jpeg", "notes.txt"] {
            try folder.write(name)
        }
        let (found, skipped, counts) = try scan()
        #expect(found == ["a.png", "b.jpg", "sub/c.JPG", "sub/deep/d.jpeg"])
        #expect(skipped.isEmpty)
        #expect(counts.found == 4 && counts.ignored == 1 && counts.folders == 3)
    }

    @Test func tellsSizeAndIdentity() throws {
        try folder.write("a.jpg", "12345")
        var files: [FoundFile] = []
        try FolderScanner().scan(folder.path) { event in
            if case .found(let file) = event { files.append(file) }
        }
        let file = try #require(files.first)
        var status = stat()
        #expect(stat(file.path, &status) == 0)
        #expect(file.size == 5)
        #expect(file.inode == UInt64(status.st_ino) && file.device == UInt64(status.st_dev))
        #expect(
            file.modificationNanoseconds
                == Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
    }

    @Test func passesOverHiddenAndUnfinishedFiles() throws {
        for name in [".a.jpg", ".git/b.jpg", "c.jpg.part", "d.jpg.crdownload", "e.jpg~"] {
            try folder.write(name)
        }
        let (found, skipped, counts) = try scan()
        #expect(found.isEmpty && skipped.isEmpty)
        #expect(counts.ignored == 5)
    }

    @Test func entersAFolderNamedLikeAPictureAndSaysSo() throws {
        try folder.write("x.jpg/inside.png")
        let (found, skipped, _) = try scan()
        #expect(found == ["x.jpg/inside.png"])
        #expect(skipped == ["x.jpg is a folder, not a picture; it was looked into"])
    }

    @Test func saysThatALinkToAFolderIsNotFollowedWhateverItsName() throws {
        try folder.write("sub/a.jpg")
        try folder.link("holiday", to: "sub")
        try folder.link("notes", to: "missing")
        let (found, skipped, _) = try scan()
        #expect(found == ["sub/a.jpg"])
        #expect(skipped.count == 1)
        #expect(skipped.first?.hasPrefix("holiday is a link to a folder") == true)
    }

    @Test func reportsPipesAndSocketsWithoutOpeningThem() throws {
        folder.makePipe("pipe.jpg")
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        #expect(bindSocket(descriptor, to: folder.at("socket.png")))
        folder.makePipe("pipe-without-suffix")
        #expect(
            try scan().skipped == [
                "pipe.jpg is a named pipe, not a file", "socket.png is a socket, not a file",
            ])
    }

    @Test(.timeLimit(.minutes(1))) func goesRoundNoLoopOfLinks() throws {
        try folder.write("sub/a.jpg")
        try folder.link("sub/up.jpg", to: "..")
        try folder.link("self.jpg", to: "self.jpg")
        try folder.link("one.jpg", to: "two.jpg")
        try folder.link("two.jpg", to: "one.jpg")
        try folder.link("nowhere.jpg", to: "missing.jpg")
        try folder.link("to-file.jpg", to: "sub/a.jpg")
        let (found, skipped, _) = try scan()
        #expect(found == ["to-file.jpg", "sub/a.jpg"])
        #expect(skipped.count == 5)
        #expect(skipped.contains { $0.hasPrefix("sub/up.jpg is a link to a folder") })
        #expect(skipped.contains { $0.hasPrefix("nowhere.jpg is a link that leads nowhere") })
        #expect(skipped.contains { $0.hasPrefix("self.jpg is a link that leads nowhere") })
    }

    @Test func reportsANameThatIsNoText() throws {
        let name = [UInt8](repeating: 0xE9, count: 251) + Array(".jpg".utf8)
        folder.write(nameBytes: name)
        folder.write(nameBytes: [0xFF] + Array(".txt".utf8))
        let (found, skipped, counts) = try scan()
        #expect(found.isEmpty)
        #expect(counts.ignored == 1)
        let escaped = String(repeating: "\\xe9", count: 251) + ".jpg"
        #expect(skipped.count == 1)
        #expect(skipped.first?.hasPrefix(escaped + " has a name that is not UTF-8") == true)
    }

    @Test func printsANewlineInANameAsAnEscape() throws {
        folder.makePipe("a\nb.jpg")
        #expect(try scan().skipped == ["a\\x0ab.jpg is a named pipe, not a file"])
    }

    @Test(.enabled(if: geteuid() != 0, "root reads everything"))
    func reportsWhatMayNotBeRead() throws {
        try folder.write("a.jpg")
        try folder.write("closed/b.jpg")
        chmod(folder.at("a.jpg"), 0)
        chmod(folder.at("closed"), 0)
        defer { chmod(folder.at("closed"), 0o700) }
        #expect(
            try scan().skipped == [
                "a.jpg cannot be read (Permission denied)",
                "closed cannot be read (Permission denied)",
            ])
    }

    @Test func keepsToTheFilter() throws {
        for name in ["keep/a.jpg", "keep/b.png", "drop/c.jpg"] { try folder.write(name) }
        let filter = try FolderFilter(include: ["*.jpg"], exclude: ["drop"])
        #expect(try scan(filter).found == ["keep/a.jpg"])
    }

    @Test func takesANamedFileWhateverItsName() throws {
        try folder.write("picture.dat")
        var events: [FolderEvent] = []
        try FolderScanner().scan(folder.at("picture.dat")) { events.append($0) }
        #expect(events.count == 1)
        guard case .found(let file) = events.first else {
            Issue.record("not found: \(events)")
            return
        }
        #expect(file.path == folder.at("picture.dat"))
    }

    @Test func saysWhatIsWrongWithARoot() throws {
        let missing = folder.at("missing")
        #expect(throws: FolderError.notFound(missing)) {
            try FolderScanner().scan(missing) { _ in }
        }
        folder.makePipe("pipe")
        #expect(throws: FolderError.notRegular(folder.at("pipe"), .pipe)) {
            try FolderScanner().scan(folder.at("pipe")) { _ in }
        }
    }

    @Test func normalisesTheRoot() throws {
        try folder.write("sub/a.jpg")
        var paths: [String] = []
        for root in ["//./sub//", "/sub/../sub/."] {
            try FolderScanner().scan(folder.path + root) {
                if case .found(let file) = $0 { paths.append(file.path) }
            }
        }
        #expect(paths == [folder.at("sub/a.jpg"), folder.at("sub/a.jpg")])
    }

    @Test func entersARootThatIsALink() throws {
        try folder.write("real/a.jpg")
        try folder.link("link", to: "real")
        let counts = try FolderScanner().scan(folder.at("link")) { _ in }
        #expect(counts.found == 1)
    }

    @Test func endsWhenTheVisitorThrows() throws {
        for index in 0..<5 { try folder.write("\(index).jpg") }
        var visited = 0
        #expect(throws: CancellationError.self) {
            try FolderScanner().scan(folder.path) { _ in
                visited += 1
                if visited == 2 { throw CancellationError() }
            }
        }
        #expect(visited == 2)
    }

    /// What a scan finds, paths relative to the folder.
    private func scan(
        _ filter: FolderFilter = FolderFilter()
    ) throws -> (found: [String], skipped: [String], counts: ScanCounts) {
        var found: [String] = []
        var skipped: [String] = []
        let prefix = folder.path.count + 1
        let counts = try FolderScanner(filter: filter).scan(folder.path) { event in
            switch event {
            case .found(let file): found.append(String(file.path.dropFirst(prefix)))
            case .skipped(let file):
                skipped.append("\(file.path.dropFirst(prefix)) \(file.reason)")
            }
        }
        return (found, skipped, counts)
    }

    private func bindSocket(_ descriptor: Int32, to path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            target.copyBytes(from: path.utf8.prefix(target.count - 1))
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
