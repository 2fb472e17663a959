import Images
import Testing

/// Against Pillow, over every format, mode and depth.
struct ImageDecoderTests {
    @Test(arguments: PictureFixtures.good)
    func readsTheHeaderPillowReads(_ fixture: PictureFixtures.Good) throws {
        let header = try ImageDecoder().header(of: PictureFixtures.bytes(fixture.name))
        #expect(header.width == fixture.width)
        #expect(header.height == fixture.height)
        #expect(header.mode == fixture.mode)
        #expect(header.bitDepth == fixture.bitDepth)
        #expect(header.orientation.rawValue == fixture.orientation)
        #expect(header.isProgressive == fixture.isProgressive)
    }

    @Test(arguments: PictureFixtures.good)
    func decodesToPillowsPixels(_ fixture: PictureFixtures.Good) throws {
        let bytes = try PictureFixtures.bytes(fixture.name)
        let stored = try ImageDecoder(appliesOrientation: false).decode(bytes)
        #expect(stored.checksum == fixture.decoded)
        let upright = try ImageDecoder().decode(bytes)
        #expect(upright.checksum == fixture.upright)
    }

    @Test(arguments: PictureFixtures.reduced)
    func decodesToTheFewerPixelsOfPillowsDraft(_ fixture: PictureFixtures.Reduced) throws {
        let decoder = ImageDecoder(appliesOrientation: false, leastSide: fixture.leastSide)
        let image = try decoder.decode(PictureFixtures.bytes(fixture.name))
        #expect(image.width == fixture.width && image.height == fixture.height)
        #expect(image.checksum == fixture.decoded)
    }

    @Test func decodesOtherFormatsWhole() throws {
        let bytes = try PictureFixtures.bytes("png-rgb-8.png")
        #expect(
            try ImageDecoder(leastSide: 1).decode(bytes).checksum
                == ImageDecoder().decode(bytes).checksum)
    }

    @Test(arguments: PictureFixtures.good)
    func preprocessesToPillowsPixels(_ fixture: PictureFixtures.Good) throws {
        let image = try ImageDecoder().decode(PictureFixtures.bytes(fixture.name))
        #expect(image.paddedToSquare(fill: clipMean).checksum == fixture.square)
        let padded = image.paddedToSquareAndResized(side: 336, fill: clipMean)
        #expect(padded.checksum == fixture.padded336)
        #expect(image.resizedAndCropped(edge: 224).checksum == fixture.cropped224)
    }

    @Test func recognisesTheFormatByItsFirstBytesOnly() throws {
        let header = try ImageDecoder().header(of: PictureFixtures.bytes("png-named.jpg"))
        #expect(header.format == .png)
    }

    @Test func swapsSidesOfATurnedPicture() throws {
        let bytes = try PictureFixtures.bytes("jpeg-orientation-6.jpg")
        let header = try ImageDecoder().header(of: bytes)
        let image = try ImageDecoder().decode(bytes)
        #expect(image.width == header.uprightWidth && image.width == header.height)
        #expect(image.height == header.uprightHeight && image.height == header.width)
    }

    @Test func namesTheLimitAndTheSizeFound() throws {
        let bytes = try PictureFixtures.bytes("png-65535.png")
        let error = #expect(throws: ImageError.self) { try ImageDecoder().decode(bytes) }
        #expect(
            error?.message
                == "the picture is 65535 x 65535 pixels; the limits are 16384 a side "
                + "and 50000000 in all")
    }

    @Test func holdsFilesToTheLimitsItWasGiven() throws {
        let bytes = try PictureFixtures.bytes("jpeg-444.jpg")
        var limits = ImageLimits()
        limits.maxFileBytes = bytes.count - 1
        expectTooLarge(bytes, limits)
        limits = ImageLimits()
        limits.maxSide = 44
        expectTooLarge(bytes, limits)
        limits = ImageLimits()
        limits.maxPixels = 45 * 31 - 1
        expectTooLarge(bytes, limits)
        limits.maxPixels = 45 * 31
        limits.maxSide = 45
        limits.maxFileBytes = bytes.count
        #expect(throws: Never.self) { try ImageDecoder(limits: limits).decode(bytes) }
    }

    @Test func stopsADecodeThatTakesTooLong() throws {
        var limits = ImageLimits()
        limits.maxDecodeSeconds = 0
        expectTooLarge(try PictureFixtures.bytes("jpeg-444.jpg"), limits)
        expectTooLarge(try PictureFixtures.bytes("png-rgb-8.png"), limits)
    }

    private func expectTooLarge(_ bytes: [UInt8], _ limits: ImageLimits) {
        let error = #expect(throws: ImageError.self) {
            try ImageDecoder(limits: limits).decode(bytes)
        }
        #expect(error?.failureClass == .tooLarge)
    }
}

/// The colour LLaVA pads with: CLIP's mean, `int(mean * 255)`.
let clipMean: (UInt8, UInt8, UInt8) = (122, 116, 104)
