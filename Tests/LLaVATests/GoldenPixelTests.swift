import LLaVA
import Testing

/// Preprocessing against Pillow, bit for bit.
@Suite struct GoldenPixelTests {
    let goldens: GoldenFixture

    init() throws { goldens = try GoldenFixture.shared.get() }

    /// CLIP's preprocessing at a given size.
    func preprocessor(side: Int, aspect: Aspect) -> ImagePreprocessor {
        ImagePreprocessor(
            side: side, aspect: aspect, mean: [0.48145466, 0.4578275, 0.40821073],
            deviation: [0.26862954, 0.26130258, 0.27577711])
    }

    /// FNV-1a, 64 bits, of the values' bytes.
    func fingerprint(_ values: [Float]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        values.withUnsafeBytes { bytes in
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    @Test func paddedPixelsEqualPillowsBitForBit() throws {
        let picture = try goldens.picture("landscape")
        #expect(!goldens.manifest.pixels.isEmpty)
        for (name, tensor) in goldens.manifest.pixels {
            let side = try #require(Int(name))
            let found = preprocessor(side: side, aspect: .pad).input(for: picture).pixels[0]
            #expect(found.values == (try goldens.tensor(tensor).values), "side \(side)")
        }
    }

    @Test func everyPictureModeAndSizeHasPillowsFingerprint() throws {
        #expect(goldens.manifest.pixelFingerprints.count > 40)
        for (name, expected) in goldens.manifest.pixelFingerprints {
            let parts = name.split(separator: "/").map(String.init)
            let side = try #require(Int(parts[2]))
            let aspect = try #require(Aspect(rawValue: parts[1]))
            let found = preprocessor(side: side, aspect: aspect)
                .input(for: try goldens.picture(parts[0])).pixels[0]
            #expect(fingerprint(found.values) == expected, "\(name)")
        }
    }
}
