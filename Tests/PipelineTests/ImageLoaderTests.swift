import Foundation
import Images
import Testing

@testable import Pipeline

@Suite struct ImageLoaderTests {
    private let loader = ImageLoader(limits: ImageLimits())

    private func failure(_ path: String) -> PipelineError? {
        do {
            _ = try loader.load(path)
            return nil
        } catch {
            return error
        }
    }

    /// Makes a file look as if nobody had touched it for an hour.
    private func age(_ path: String) {
        var times = [timespec(), timespec()]
        for index in times.indices {
            times[index].tv_sec = time(nil) - 3600
        }
        utimensat(AT_FDCWD, path, times, 0)
    }

    @Test func readsTheBytesAndHashesThem() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a.jpg", Array("abc".utf8))
        let image = try loader.load(path)
        #expect(image.bytes == Array("abc".utf8))
        // FIPS 180-2, appendix B.1.
        #expect(
            image.sha256.map { String(format: "%02x", $0) }.joined()
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(image.identity.size == 3)
    }

    @Test func aMissingFileIsMissing() throws {
        let folder = try TemporaryFolder()
        for path in ["\(folder.path)/none.jpg", try folder.file("plain") + "/below.jpg"] {
            let error = failure(path)
            #expect(error?.failureClass == "missing")
            #expect(error?.disposition == .permanent)
            #expect(error?.message.contains(path) == true)
        }
    }

    @Test func aRelativePathIsRefused() {
        #expect(failure("a.jpg")?.failureClass == "missing")
        #expect(failure("a.jpg")?.message.contains("absolute") == true)
    }

    @Test func aFIFODoesNotHangTheReader() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/fifo.jpg"
        #expect(mkfifo(path, 0o600) == 0)
        #expect(failure(path)?.failureClass == "not-a-file")
        #expect(failure(path)?.message.contains("FIFO") == true)
    }

    @Test(arguments: ["/tmp", "/dev/null"]) func aFolderAndADeviceAreNoFiles(path: String) {
        #expect(failure(path)?.failureClass == "not-a-file")
        #expect(failure(path)?.disposition == .permanent)
    }

    @Test func aFileThatIsEmptyForLongIsEmptyForGood() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("empty.jpg")
        age(path)
        #expect(failure(path)?.failureClass == "empty")
        #expect(failure(path)?.disposition == .permanent)
    }

    @Test func anEmptyFileMadeJustNowIsWaitedFor() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("new.jpg")
        #expect(failure(path)?.failureClass == "empty")
        #expect(failure(path)?.disposition == .retry)
    }

    @Test func aHugeSparseFileIsRefusedUnread() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("huge.jpg")
        #expect(truncate(path, 10 << 30) == 0)
        let started = ContinuousClock.now
        #expect(failure(path)?.failureClass == "too-large")
        #expect(ContinuousClock.now - started < .seconds(1))
    }

    @Test(.enabled(if: geteuid() != 0, "root reads every file"))
    func aFileWithoutPermissionIsUnreadable() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("secret.jpg", [1])
        chmod(path, 0)
        #expect(failure(path)?.failureClass == "unreadable")
        #expect(failure(path)?.disposition == .permanent)
    }

    @Test func aFileThatGrowsUnderTheReaderIsReadAgainLater() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("growing.jpg", [7, 7, 7])
        let loader = ImageLoader(limits: ImageLimits()) {
            let file = open(path, O_WRONLY | O_APPEND)
            #expect(write(file, "x", 1) == 1)
            close(file)
        }
        let error = #expect(throws: PipelineError.self) { try loader.load(path) }
        #expect(error?.disposition == .retry)
        #expect(error?.message.contains("changed while it was read") == true)
    }

    @Test func timesOutsideSixtyFourBitsDoNotTrap() {
        var status = stat()
        status.st_mtim.tv_sec = .max
        #expect(FileIdentity(status).modificationNanoseconds == .max)
        status.st_mtim.tv_sec = .min
        #expect(FileIdentity(status).modificationNanoseconds == .min)
        #expect(!FileIdentity(status).isYounger(thanSeconds: 10))
    }
}
