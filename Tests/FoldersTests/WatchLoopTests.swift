import Glibc
import Testing

@testable import Folders

struct WatchLoopTests {
    @Test func handsOverWhatIsThereAtTheStart() throws {
        let probe = try WatchProbe()
        try probe.folder.write("a.jpg")
        try probe.folder.write("sub/b.png")
        probe.step()
        #expect(probe.takeDelivered() == [])
        probe.settle()
        #expect(probe.takeDelivered() == ["a.jpg", "sub/b.png"])
        probe.settle()
        #expect(probe.takeDelivered() == [])
    }

    @Test func handsOverAFileThatIsWrittenOrMovedIn() throws {
        let probe = try started()
        try probe.folder.write("a.jpg")
        try probe.folder.write("later.tmp")
        try probe.folder.move("later.tmp", to: "b.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == ["a.jpg", "b.jpg"])
    }

    @Test func handsOverALinkedFile() throws {
        let probe = try started()
        try probe.folder.write("outside.data")
        #expect(link(probe.folder.at("outside.data"), probe.folder.at("hard.jpg")) == 0)
        try probe.folder.link("soft.jpg", to: "outside.data")
        probe.settle()
        #expect(probe.takeDelivered() == ["hard.jpg", "soft.jpg"])
    }

    @Test func waitsForASlowWriter() throws {
        let probe = try started()
        try probe.folder.write("slow.jpg", "1")
        for _ in 0..<5 {
            probe.pass(.milliseconds(1500))
            #expect(probe.takeDelivered() == [])
            probe.folder.append("slow.jpg", "more")
        }
        probe.settle()
        probe.settle()
        #expect(probe.takeDelivered() == ["slow.jpg"])
    }

    @Test func handsAChangedFileOverAgain() throws {
        let probe = try started()
        try probe.folder.write("a.jpg", "first")
        probe.settle()
        #expect(probe.takeDelivered() == ["a.jpg"])
        probe.folder.append("a.jpg", " and second")
        probe.settle()
        #expect(probe.takeDelivered() == ["a.jpg"])
    }

    @Test func dropsAFileDeletedWhileSettling() throws {
        let probe = try started()
        try probe.folder.write("a.jpg")
        probe.step()
        try probe.folder.remove("a.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == [])
    }

    @Test func followsARenamedTree() throws {
        let probe = try started()
        try probe.folder.write("old/deep/a.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == ["old/deep/a.jpg"])
        try probe.folder.move("old", to: "new")
        probe.settle()
        #expect(probe.takeDelivered() == ["new/deep/a.jpg"])
        try probe.folder.write("new/deep/b.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == ["new/deep/b.jpg"])
    }

    @Test func stopsWatchingATreeMovedAway() throws {
        let probe = try WatchProbe(folders: ["watched"])
        try probe.folder.write("watched/sub/deep/a.jpg")
        probe.settle()
        #expect(probe.events.watchCount == 3)
        _ = probe.takeDelivered()
        try probe.folder.move("watched/sub", to: "elsewhere")
        probe.settle()
        #expect(probe.events.watchCount == 1)
        try probe.folder.write("elsewhere/deep/b.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == [])
    }

    @Test func seesWhatAppearsInAFolderMadeAMomentAgo() throws {
        let probe = try started()
        for index in 0..<20 { try probe.folder.write("made\(index)/deep/a.jpg") }
        probe.settle()
        #expect(probe.takeDelivered().count == 20)
        #expect(probe.events.watchCount == 41)
    }

    @Test func tellsAPipeOnceAndIsNotHeldUp() throws {
        let probe = try started()
        probe.folder.makePipe("pipe.jpg")
        try probe.folder.write("a.jpg")
        probe.settle()
        probe.pass(.seconds(600))
        #expect(probe.takeDelivered() == ["a.jpg"])
        #expect(
            probe.takeNotices().map(\.description)
                == ["\(probe.folder.at("pipe.jpg")) is a named pipe, not a file"])
    }

    @Test func keepsToTheFilter() throws {
        let probe = try WatchProbe(filter: FolderFilter(include: ["*.png"], exclude: ["drop"]))
        probe.step()
        for name in ["a.jpg", "b.png", "drop/c.png", ".d.png"] { try probe.folder.write(name) }
        probe.settle()
        #expect(probe.takeDelivered() == ["b.png"])
    }

    @Test func findsTwoThousandFilesAfterTheQueueOverflowed() throws {
        let probe = try started()
        probe.events.dropEvents()
        for index in 0..<2000 { try probe.folder.write("sub\(index % 50)/\(index).jpg") }
        probe.settle()
        #expect(probe.takeDelivered() == [])
        probe.events.overflow()
        probe.settle()
        #expect(Set(probe.takeDelivered()).count == 2000)
        #expect(probe.takeNotices() == [.overflowed])
        try probe.folder.write("sub3/one more.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == ["sub3/one more.jpg"])
    }

    @Test func findsByTheRescanWhatNoEventTold() throws {
        let probe = try started()
        probe.events.dropEvents()
        try probe.folder.write("quiet.jpg")
        probe.pass(.seconds(599))
        #expect(probe.takeDelivered() == [])
        probe.pass(.seconds(1))
        probe.settle()
        #expect(probe.takeDelivered() == ["quiet.jpg"])
    }

    @Test func pollsWhatTheWatchLimitLeavesOut() throws {
        let probe = try WatchProbe()
        for index in 0..<10 { try probe.folder.makeFolder("sub\(index)/deep") }
        probe.events.limitWatches(to: 4)
        probe.step()
        #expect(probe.takeNotices() == [.watchLimitReached(probe.folder.at("sub3"))])
        for index in 0..<10 { try probe.folder.write("sub\(index)/deep/a.jpg") }
        probe.pass(.seconds(60))
        probe.settle()
        #expect(probe.takeDelivered().count == 10)
        #expect(probe.takeNotices() == [])
    }

    @Test func waitsForAFolderThatIsNotThereYet() throws {
        let probe = try WatchProbe(folders: ["card"])
        probe.step()
        let path = probe.folder.at("card")
        #expect(
            probe.takeNotices()
                == [.folderLost(path, "\(path) does not exist: check the path")])
        try probe.folder.write("card/a.jpg")
        probe.pass(.seconds(60))
        probe.settle()
        #expect(probe.takeDelivered() == ["card/a.jpg"])
        #expect(probe.takeNotices() == [.folderFound(path)])
    }

    @Test func noticesThatItsFolderIsGoneAndBack() throws {
        let probe = try WatchProbe(folders: ["card"])
        try probe.folder.write("card/a.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == ["card/a.jpg"])
        try probe.folder.remove("card")
        probe.settle()
        #expect(probe.takeNotices().count == 1)
        try probe.folder.write("card/b.jpg")
        probe.pass(.seconds(60))
        probe.settle()
        #expect(probe.takeDelivered() == ["card/b.jpg"])
    }

    @Test func offersRefusedFilesAgain() throws {
        let probe = try started()
        probe.refuse(true)
        try probe.folder.write("a.jpg")
        probe.settle()
        probe.settle()
        #expect(probe.takeDelivered() == [])
        probe.refuse(false)
        probe.settle()
        #expect(probe.takeDelivered() == ["a.jpg"])
    }

    @Test func handsAFileToEachFolderThatHoldsIt() throws {
        let probe = try WatchProbe(folders: ["", "sub"])
        try probe.folder.write("sub/a.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == ["sub/a.jpg", "sub/a.jpg"])
        try probe.folder.write("sub/b.jpg")
        probe.settle()
        #expect(probe.takeDelivered() == ["sub/b.jpg", "sub/b.jpg"])
    }

    /// A probe whose first scan, of an empty folder, is done.
    private func started() throws -> WatchProbe {
        let probe = try WatchProbe()
        probe.step()
        return probe
    }
}
