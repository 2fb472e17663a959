import Testing

@testable import Folders

struct GlobTests {
    @Test(arguments: [
        ("*.jpg", "a.jpg", true), ("*.jpg", "deep/down/a.jpg", true), ("*.jpg", "a.png", false),
        ("*.jpg", "a.JPG", false), ("a?c", "abc", true), ("a?c", "ac", false),
        ("2024/*.jpg", "2024/a.jpg", true), ("2024/*.jpg", "2024/x/a.jpg", false),
        ("2024/**/*.jpg", "2024/a.jpg", true), ("2024/**/*.jpg", "2024/x/y/a.jpg", true),
        ("**/raw/*", "raw/a", true), ("**/raw/*", "x/y/raw/a", true), ("**/raw/*", "xraw/a", false),
        ("raw/**", "raw/x/y", true), ("raw/**", "rawer/x", false), ("/a.jpg", "a.jpg", true),
        ("/a.jpg", "b/a.jpg", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
        ("[]]x", "]x", true), ("[a-]x", "-x", true), ("a[/]b", "a/b", false),
        ("\\*.jpg", "*.jpg", true), ("\\*.jpg", "a.jpg", false), ("ü*", "über", true),
        ("*", "", true), ("**", "a/b", true), ("a/*/c", "a/b/c", true), ("a/*/c", "a/c", false),
    ])
    func matchesAsAShellDoes(pattern: String, path: String, isMatch: Bool) throws {
        #expect(try Glob(pattern).matches(path) == isMatch)
    }

    @Test(arguments: ["", "[a", "[", "a\\", "[z-a]"])
    func refusesAPatternItCannotRead(_ pattern: String) {
        #expect(throws: FolderError.self) { try Glob(pattern) }
    }

    @Test func staysFastOnAPatternMadeToBacktrack() throws {
        let glob = try Glob(String(repeating: "*a", count: 100))
        #expect(!glob.matches(String(repeating: "a", count: 1000) + "b"))
    }
}
