import Foundation
import Storage
import Testing

@testable import llavactl

@Suite struct FileTests {
    @Test func aListHasPathsByLineOrByNUL() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let lines = try folder.write("lines", "a b.jpg\r\n\nc.jpg")
        #expect(try PathList.read(lines) == ["a b.jpg", "c.jpg"])
        let nul = try folder.write("nul", "a\nb.jpg\0c.jpg\0")
        #expect(try PathList.read(nul) == ["a\nb.jpg", "c.jpg"])
        let empty = try folder.write("empty", "")
        #expect(try PathList.read(empty) == [])
    }

    @Test func aListOfWhatIsNoPathIsRefused() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let latin = try folder.write("latin", Array("a\nb".utf8) + [0xE9, 0x0A])
        let error = #expect(throws: CommandFailure.self) { try PathList.read(latin) }
        #expect(error?.sentence?.contains("entry 2") == true)
        let long = try folder.write("long", String(repeating: "x", count: 5000))
        #expect(throws: CommandFailure.self) { try PathList.read(long) }
        #expect(throws: CommandFailure.self) { try PathList.read("/nonexistent") }
    }

    @Test func pathsAreAbsoluteWithoutDots() {
        #expect(GivenPath.absolute("/a/./b//c/") == "/a/b/c")
        #expect(GivenPath.absolute("/tmp/..") == "/")
        #expect(GivenPath.absolute("/nonexistent/../b") == "/nonexistent/../b")
        #expect(GivenPath.absolute("x.jpg").hasSuffix("/x.jpg"))
        #expect(GivenPath.folder("/nonexistent") == nil)
        #expect(GivenPath.parent(of: "/a") == "/")
        #expect(GivenPath.parent(of: "/a/b") == "/a")
    }

    @Test func aFailedWriteLeavesWhatWasThere() throws {
        struct Failure: Error {}
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = try folder.write("a.csv", "before")
        #expect(throws: CommandFailure.self) {
            try AtomicFile.write(to: path) { sink in
                try sink.write("half")
                throw Failure()
            }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
        try AtomicFile.write(Array("after".utf8), to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "after")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.csv"])
        #expect(throws: CommandFailure.self) {
            try AtomicFile.write([], to: folder.path + "/none/a.csv")
        }
    }
}
