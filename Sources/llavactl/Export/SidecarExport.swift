import Glibc
import Storage

/// Writes a small file for each picture.
struct SidecarExport {
    /// What the files are.
    enum Format {
        /// `cat.txt`: the answers, a line each, as training programs read them.
        case text
        /// `cat.jpg.xmp`: a caption and keywords, as photo programs read them.
        case xmp
    }

    /// Files written.
    private(set) var written = 0
    /// Files that already were as they should be.
    private(set) var unchanged = 0
    /// Answers in them.
    private(set) var answers = 0
    /// Files that were left alone, a sentence each.
    private(set) var failures: [String] = []

    private let database: Database
    private let format: Format
    private let folder: String?
    private let overwrites: Bool
    private var used: Set<String> = []

    /// Prepares an export.
    ///
    /// - Parameters:
    ///   - database: Where the answers are.
    ///   - format: What the files are.
    ///   - folder: Where they go, in folders as those of the pictures; `nil` is beside them.
    ///   - overwrites: Whether files of others are replaced.
    init(database: Database, format: Format, folder: String?, overwrites: Bool) {
        self.database = database
        self.format = format
        self.folder = folder
        self.overwrites = overwrites
    }

    /// Writes the files of all pictures of a filter.
    mutating func write(_ filter: ResultFilter) async throws {
        let root = folder == nil ? "" : try await commonFolder(filter)
        var picture: [ResultRow] = []
        for try await rows in database.resultBatches(filter) {
            for row in rows {
                if let first = picture.first, first.path != row.path {
                    writeOne(picture, root)
                    picture = []
                }
                picture.append(row)
            }
        }
        if !picture.isEmpty { writeOne(picture, root) }
    }

    /// The deepest folder that holds all pictures; its name is no part of the written paths.
    private func commonFolder(_ filter: ResultFilter) async throws -> String {
        var common: [Substring]?
        for try await rows in database.resultBatches(filter) {
            for row in rows {
                let parts = row.path.split(separator: "/").dropLast()
                let shared = common.map { zip($0, parts).prefix { $0 == $1 }.map(\.0) }
                common = shared ?? Array(parts)
            }
        }
        return "/" + (common ?? []).joined(separator: "/")
    }

    private mutating func writeOne(_ rows: [ResultRow], _ root: String) {
        guard let path = rows.first?.path else { return }
        let place = place(for: path, root)
        let text = format == .xmp ? XMPDocument(rows).text : Self.captions(rows)
        do {
            if let found = Self.existing(place) {
                if found == Array(text.utf8) {
                    unchanged += 1
                    answers += rows.count
                    return
                }
                guard overwrites || (format == .xmp && XMPDocument.isOurs(found)) else {
                    failures.append(
                        "'\(place)' was left as it is: somebody else wrote it, --overwrite "
                            + "replaces it")
                    return
                }
            }
            try Self.makeFolder(GivenPath.parent(of: place))
            try AtomicFile.write(Array(text.utf8), to: place)
            written += 1
            answers += rows.count
        } catch {
            failures.append(error.description)
        }
    }

    /// `cat.txt` for the first of `cat.jpg` and `cat.png`, `cat.png.txt` for the second.
    private mutating func place(for path: String, _ root: String) -> String {
        let inside = path.dropFirst(root == "/" ? 0 : root.utf8.count)
        let whole = folder.map { $0 + inside } ?? path
        guard format == .text else { return whole + ".xmp" }
        let name = whole.lastIndex(of: "/").map { whole[$0...] } ?? whole[...]
        let stem = name.lastIndex(of: ".").map { String(whole[..<$0]) } ?? whole
        let place = stem + ".txt"
        return used.insert(place).inserted ? place : whole + ".txt"
    }

    private static func captions(_ rows: [ResultRow]) -> String {
        rows.map { $0.answer.replacing("\n", with: " ") + "\n" }.joined()
    }

    private static func existing(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // Larger than anything written here: certainly somebody else's.
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(file, &bytes, bytes.count)
        return count < 0 ? [] : Array(bytes[..<count])
    }

    private static func makeFolder(_ path: String) throws(CommandFailure) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o777) == 0 || errno == EEXIST else {
                throw CommandFailure(
                    .someFailed,
                    "the folder '\(made)' cannot be made (\(String(cString: strerror(errno)))): "
                        + "name another with --out")
            }
        }
    }
}
