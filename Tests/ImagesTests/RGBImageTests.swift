import Images
import Testing

/// Resizing, padding and cropping against Pillow, on pictures of noise.
struct RGBImageTests {
    @Test(arguments: PictureFixtures.resizes)
    func resizesToPillowsPixels(_ size: PictureFixtures.Resize) {
        let image = noise(size)
        #expect(image.resizedBicubic(width: 90, height: 60).checksum == size.resized90x60)
    }

    @Test(arguments: PictureFixtures.resizes)
    func padsAndResizesToPillowsPixels(_ size: PictureFixtures.Resize) {
        let image = noise(size)
        #expect(image.paddedToSquare(fill: clipMean).checksum == size.square)
        let fused = image.paddedToSquareAndResized(side: 336, fill: clipMean)
        #expect(fused.checksum == size.padded336)
    }

    @Test(arguments: PictureFixtures.resizes)
    func cropsTheMiddleToPillowsPixels(_ size: PictureFixtures.Resize) {
        #expect(noise(size).resizedAndCropped(edge: 224).checksum == size.cropped224)
    }

    @Test(arguments: [(45, 31), (31, 45), (40, 40), (100, 3)])
    func fusedStepsEqualTheStepsOneByOne(width: Int, height: Int) {
        let image = PictureFixtures.noise(seed: 9, width: width, height: height)
        #expect(
            image.paddedToSquareAndResized(side: 56, fill: clipMean)
                == image.paddedToSquare(fill: clipMean).resizedBicubic(width: 56, height: 56))
        let scaled = image.resizedShortestEdge(28)
        #expect(
            image.resizedAndCropped(edge: 28)
                == scaled.cropped(
                    x: (scaled.width - 28) / 2, y: (scaled.height - 28) / 2, width: 28, height: 28))
    }

    @Test func roundsTheLongerSideDown() {
        let image = PictureFixtures.noise(seed: 1, width: 100, height: 30)
        #expect(image.resizedShortestEdge(7).width == 23)
        #expect(image.resizedShortestEdge(7).height == 7)
    }

    @Test func padsOnlyTheShorterAxis() {
        let image = RGBImage(width: 3, height: 1, pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        let square = image.paddedToSquare(fill: (10, 20, 30))
        let margin: [UInt8] = [10, 20, 30, 10, 20, 30, 10, 20, 30]
        #expect(square.pixels == margin + image.pixels + margin)
    }

    @Test func turnsASmallPictureEachWay() {
        // 1 2 3
        // 4 5 6
        let image = numbered([1, 2, 3, 4, 5, 6], width: 3)
        let expected: [Orientation: [UInt8]] = [
            .upright: [1, 2, 3, 4, 5, 6], .mirrored: [3, 2, 1, 6, 5, 4],
            .upsideDown: [6, 5, 4, 3, 2, 1], .upsideDownMirrored: [4, 5, 6, 1, 2, 3],
            .transposed: [1, 4, 2, 5, 3, 6], .turnedClockwise: [4, 1, 5, 2, 6, 3],
            .transversed: [6, 3, 5, 2, 4, 1], .turnedAnticlockwise: [3, 6, 2, 5, 1, 4],
        ]
        for orientation in Orientation.allCases {
            let turned = image.oriented(orientation)
            let values = expected[orientation] ?? []
            #expect(turned == numbered(values, width: orientation.swapsSides ? 2 : 3))
        }
    }

    @Test func writesABinaryPPM() {
        let image = RGBImage(width: 1, height: 2, pixels: [1, 2, 3, 4, 5, 6])
        #expect(image.ppm() == Array("P6\n1 2\n255\n".utf8) + [1, 2, 3, 4, 5, 6])
    }

    private func noise(_ size: PictureFixtures.Resize) -> RGBImage {
        PictureFixtures.noise(seed: size.seed, width: size.width, height: size.height)
    }

    private func numbered(_ values: [UInt8], width: Int) -> RGBImage {
        RGBImage(
            width: width, height: values.count / width, pixels: values.flatMap { [$0, $0, $0] })
    }
}
