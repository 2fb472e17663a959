import Images
import Testing

/// Files made to break a decoder: each gives its class, and none a crash.
struct HostileFileTests {
    @Test(arguments: PictureFixtures.bad)
    func givesTheFailureClass(_ fixture: PictureFixtures.Bad) throws {
        let bytes = try PictureFixtures.bytes(fixture.name)
        let error = #expect(throws: ImageError.self) { try ImageDecoder().decode(bytes) }
        #expect(error?.failureClass.rawValue == fixture.failure, "\(error?.message ?? "decoded")")
    }

    @Test func saysThatAnEmptyFileMayStillBeCopied() {
        let error = #expect(throws: ImageError.self) { try ImageDecoder().decode([]) }
        #expect(error?.failureClass == .empty)
        #expect(error?.message == "the file holds 0 bytes; it may still be being copied")
    }

    @Test func quotesTheFirstBytesOfAForeignFile() throws {
        let gif = #expect(throws: ImageError.self) {
            try ImageDecoder().decode(PictureFixtures.bytes("gif-named.jpg"))
        }
        #expect(
            gif?.message
                == "starts with 'GIF8': not a JPEG or PNG (judged by its first bytes, "
                + "not its name)")
        let binary = #expect(throws: ImageError.self) { try ImageDecoder().decode([0, 1, 0xAB]) }
        #expect(binary?.message.hasPrefix("starts with 00 01 AB: ") == true)
    }

    @Test(arguments: PictureFixtures.good)
    func findsEveryTruncation(_ fixture: PictureFixtures.Good) throws {
        let bytes = try picture(of: fixture.name)
        for sixteenths in 1..<16 {
            expectTruncated(Array(bytes.prefix(bytes.count * sixteenths / 16)), fixture.name)
        }
        for missing in [1, 2, 3, 8, 12] where missing < bytes.count {
            expectTruncated(Array(bytes.dropLast(missing)), fixture.name)
        }
    }

    @Test(arguments: PictureFixtures.good.filter { !$0.name.contains("bomb") })
    func survivesFlippedBits(_ fixture: PictureFixtures.Good) throws {
        let whole = try PictureFixtures.bytes(fixture.name)
        var limits = ImageLimits()
        limits.maxPixels = 1_000_000
        let decoders = Transparency.allCases.map {
            ImageDecoder(limits: limits, transparency: $0)
        }
        var state: UInt32 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int(state >> 8) % bound
        }
        for _ in 0..<40 {
            var bytes = whole
            for _ in 0...next(4) { bytes[next(bytes.count)] ^= UInt8(1 << next(8)) }
            // A picture or an ImageError: both are fine, and typed throws allows nothing else.
            for decoder in decoders { _ = try? decoder.decode(bytes) }
        }
    }

    @Test func ignoresAProfileAndATextThatInflateToMegabytes() throws {
        let plain = try ImageDecoder().decode(PictureFixtures.bytes("png-grey-8.png"))
        for name in ["png-profile-bomb.png", "png-text-bomb.png"] {
            #expect(try ImageDecoder().decode(PictureFixtures.bytes(name)) == plain)
        }
    }

    @Test func refusesAChunkOfNineMegabytes() throws {
        var bytes = try PictureFixtures.bytes("png-grey-8.png")
        let size = UInt32(9 << 20)
        var chunk = [UInt8(size >> 24), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255), 0]
        chunk += Array("zTXt".utf8) + [UInt8](repeating: 0, count: Int(size) + 4)
        bytes.insert(contentsOf: chunk, at: 33)
        let error = #expect(throws: ImageError.self) { try ImageDecoder().decode(bytes) }
        #expect(error?.failureClass == .tooLarge)
    }

    @Test func refusesAThousandScans() throws {
        let bytes = try PictureFixtures.bytes("jpeg-grey-progressive.jpg")
        let scan = try #require(lastScan(of: bytes))
        let scans = [[UInt8]](repeating: Array(bytes[scan]), count: 1000).flatMap { $0 }
        let bomb = Array(bytes[..<scan.lowerBound]) + scans + [0xFF, 0xD9]
        let error = #expect(throws: ImageError.self) { try ImageDecoder().decode(bomb) }
        #expect(error?.failureClass == .tooLarge)
        #expect(error?.message == "the JPEG has more than 100 progressive scans")
    }

    private func expectTruncated(_ bytes: [UInt8], _ name: String) {
        let error = #expect(throws: ImageError.self, "\(name), \(bytes.count) bytes") {
            try ImageDecoder().decode(bytes)
        }
        let expected: ImageFailure = bytes.isEmpty ? .empty : .truncated
        #expect(error?.failureClass == expected, "\(name), \(bytes.count) bytes")
    }

    /// A fixture without what follows its picture.
    private func picture(of name: String) throws -> [UInt8] {
        let bytes = try PictureFixtures.bytes(name)
        let garbage = Array("garbage".utf8)
        guard name.contains("trailing-garbage") else { return bytes }
        return Array(bytes.dropLast(20 * garbage.count))
    }

    /// From the last start-of-scan marker to the end-of-image marker.
    private func lastScan(of bytes: [UInt8]) -> Range<Int>? {
        let pairs = bytes.indices.dropLast()
        let start = pairs.last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        let end = pairs.last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD9 }
        guard let start, let end else { return nil }
        return start..<end
    }
}
