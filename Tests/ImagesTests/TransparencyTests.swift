import Images
import Testing

/// White behind what is transparent, against transformers' processors.
struct TransparencyTests {
    private func onWhite(_ name: String) throws -> RGBImage {
        try ImageDecoder(transparency: .onWhite).decode(PictureFixtures.bytes(name))
    }

    @Test(arguments: PictureFixtures.white)
    func whiteShowsThroughAsInTransformers(_ fixture: PictureFixtures.White) throws {
        let image = try onWhite(fixture.name)
        #expect(image.checksum == fixture.white)
        let cropped = image.resizedAndCropped(edge: 224).checksum
        let stretched = image.resizedBicubic(width: 224, height: 224).checksum
        #expect(cropped == fixture.clip && cropped == fixture.llava)
        #expect(stretched == fixture.siglip && stretched == fixture.llavaNext)
    }

    @Test func mostOfThesePicturesLookOtherwiseWithTransparencyDropped() throws {
        let differing = try PictureFixtures.white.filter {
            try ImageDecoder().decode(PictureFixtures.bytes($0.name)).checksum != $0.white
        }
        // All but the one whose colour no pixel has.
        #expect(differing.count == PictureFixtures.white.count - 2)
    }

    @Test func opaquePicturesStayAsTheyAre() throws {
        let transparent = Set(PictureFixtures.white.map(\.name))
        let opaque = PictureFixtures.good.filter { !transparent.contains($0.name) }
        #expect(opaque.count > 40)
        for fixture in opaque {
            #expect(try onWhite(fixture.name).checksum == fixture.upright, "\(fixture.name)")
        }
    }
}
