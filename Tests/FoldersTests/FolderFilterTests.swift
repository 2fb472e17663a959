import Folders
import Testing

struct FolderFilterTests {
    @Test(arguments: ["a.jpg", "a.JPEG", "deep/a.Jpe", "a.b.PNG"])
    func takesPicturesByDefault(_ path: String) {
        #expect(FolderFilter().accepts(relativePath: path))
    }

    @Test(arguments: [
        "a.gif", "jpg", "a.jpg.txt", ".a.jpg", "x/.a.jpg", "a.jpg.part", "a.jpg.crdownload",
        "a.jpg~",
    ])
    func leavesOthersByDefault(_ path: String) {
        #expect(!FolderFilter().accepts(relativePath: path))
    }

    @Test func takesOnlyWhatIsIncludedAndNotExcluded() throws {
        let filter = try FolderFilter(
            include: ["*.webp", "*.jpg"], exclude: ["thumbs", "*-small.*"])
        #expect(filter.accepts(relativePath: "a.webp"))
        #expect(!filter.accepts(relativePath: "a.png"))
        #expect(!filter.accepts(relativePath: "a-small.jpg"))
        #expect(!filter.enters(relativePath: "2024/thumbs"))
        #expect(filter.enters(relativePath: "2024/thumbs2"))
    }

    @Test func neverTakesADownloadInProgress() throws {
        let filter = try FolderFilter(include: ["*"])
        #expect(!filter.accepts(relativePath: "a.part"))
        #expect(!filter.enters(relativePath: ".git"))
    }

    @Test func namesThePatternAndTheRule() {
        let error = #expect(throws: FolderError.self) { try FolderFilter(include: ["[a"]) }
        #expect(error?.description == "the pattern '[a' is not valid: a '[' has no ']'")
    }
}
