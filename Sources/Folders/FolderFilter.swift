/// Which files of a folder are pictures to describe, judged by their path alone.
///
/// Names that begin with a dot or end in `.part`, `.crdownload` or `~` never are: they are hidden,
/// or a download or an edit in progress.
public struct FolderFilter: Sendable {
    private let include: [Glob]
    private let exclude: [Glob]

    /// Endings taken where nothing is included by name, in lower case.
    private static let pictureSuffixes = [".jpg", ".jpeg", ".jpe", ".png"]
    private static let unfinishedSuffixes = [".part", ".crdownload", "~"]

    /// Makes a filter from shell patterns over paths relative to the folder.
    ///
    /// A pattern without `/` is compared with the name alone, at any depth; `*`, `?` and `[...]` do
    /// not match `/`, and `**/` stands for any number of folders. Patterns tell case apart.
    ///
    /// - Parameters:
    ///   - include: Files to take; empty means `*.jpg`, `*.jpeg`, `*.jpe` and `*.png` in any case.
    ///   - exclude: Files not to take, and folders not to enter.
    /// - Throws: `FolderError.invalidGlob`.
    public init(include: [String] = [], exclude: [String] = []) throws(FolderError) {
        self.include = try Self.globs(include)
        self.exclude = try Self.globs(exclude)
    }

    /// Takes every file with the ending of a picture.
    public init() {
        include = []
        exclude = []
    }

    /// Whether a file is one to describe.
    ///
    /// - Parameter relativePath: The file's path below the folder, separated by `/`.
    /// - Returns: `false` for hidden, unfinished, excluded and not included files.
    public func accepts(relativePath: String) -> Bool {
        let name = relativePath[Self.nameStart(of: relativePath)...]
        guard !name.hasPrefix("."), !Self.unfinishedSuffixes.contains(where: name.hasSuffix) else {
            return false
        }
        guard !exclude.contains(where: { $0.matches(relativePath) }) else { return false }
        guard include.isEmpty else { return include.contains { $0.matches(relativePath) } }
        let lowercase = name.lowercased()
        return Self.pictureSuffixes.contains(where: lowercase.hasSuffix)
    }

    /// Whether a folder below the one scanned is to be entered.
    ///
    /// - Parameter relativePath: The folder's path below the one scanned.
    /// - Returns: `false` for hidden and excluded folders.
    public func enters(relativePath: String) -> Bool {
        let name = relativePath[Self.nameStart(of: relativePath)...]
        return !name.hasPrefix(".") && !exclude.contains { $0.matches(relativePath) }
    }

    private static func globs(_ patterns: [String]) throws(FolderError) -> [Glob] {
        var globs: [Glob] = []
        for pattern in patterns { globs.append(try Glob(pattern)) }
        return globs
    }

    private static func nameStart(of path: String) -> String.Index {
        path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    }
}
