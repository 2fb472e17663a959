import Foundation
import Testing

/// ARCHITECTURE.md is the map of the sources; this keeps it complete.
struct ArchitectureTests {
    static let sources = ImportTests.root.appendingPathComponent("Sources")

    /// Every source file, as `Target/Folder/Name.ext`.
    static func files() -> Set<String> {
        var found: Set<String> = []
        let walk = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        while let file = walk?.nextObject() as? URL {
            guard ["swift", "c", "h", "sql", "yaml"].contains(file.pathExtension) else { continue }
            found.insert(String(file.path.dropFirst(sources.path.count + 1)))
        }
        return found
    }

    /// The files of the map: the first column of the table below each `### Target`.
    static func mapped() throws -> Set<String> {
        let page = try String(
            contentsOf: ImportTests.root.appendingPathComponent("ARCHITECTURE.md"), encoding: .utf8)
        var target = ""
        var found: Set<String> = []
        for line in page.split(separator: "\n") {
            if let heading = line.wholeMatch(of: /### (?<target>\w+).*/) {
                target = String(heading.target)
            } else if let row = line.prefixMatch(of: /\| `(?<file>[^`]+\.\w+)` \|/) {
                found.insert("\(target)/\(row.file)")
            }
        }
        return found
    }

    @Test func theMapNamesEverySourceFileAndNoOther() throws {
        let files = Self.files()
        let mapped = try Self.mapped()
        #expect(files.count > 100, "the sources are no longer where this test looks")
        #expect(files.subtracting(mapped).sorted() == [], "missing in ARCHITECTURE.md")
        #expect(mapped.subtracting(files).sorted() == [], "ARCHITECTURE.md names what is gone")
    }
}
