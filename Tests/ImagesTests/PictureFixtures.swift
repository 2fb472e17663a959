import Foundation
import Images
import Testing

/// The files of `Tests/Fixtures/images` and what `generate.py` says about them.
enum PictureFixtures {
    /// A file that gives a picture, with Pillow's header and pixels.
    struct Good: Sendable, CustomTestStringConvertible {
        let name: String
        let mode: String
        let bitDepth: Int
        let width: Int
        let height: Int
        let orientation: Int
        let isProgressive: Bool
        let decoded: String
        let upright: String
        let square: String
        let padded336: String
        let cropped224: String

        var testDescription: String { name }
    }

    /// A file that gives none.
    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let failure: String

        var testDescription: String { name }
    }

    /// A file with transparency, and what transformers' processors make of it at 224 pixels.
    struct White: Sendable, CustomTestStringConvertible {
        let name: String
        let white: String
        let clip: String
        let llava: String
        let siglip: String
        let llavaNext: String

        var testDescription: String { name }
    }

    /// A JPEG and the shorter side it keeps, and what Pillow's `draft` makes of it.
    struct Reduced: Sendable, CustomTestStringConvertible {
        let name: String
        let leastSide: Int
        let width: Int
        let height: Int
        let decoded: String

        var testDescription: String { "\(name) down to \(leastSide)" }
    }

    /// A size, for a picture of noise.
    struct Resize: Sendable, CustomTestStringConvertible {
        let seed: UInt32
        let width: Int
        let height: Int
        let square: String
        let padded336: String
        let cropped224: String
        let resized90x60: String

        var testDescription: String { "\(width) x \(height)" }
    }

    static let good: [Good] = rows("files.tsv").filter { $0[1] == "-" }.map {
        Good(
            name: $0[0], mode: $0[2], bitDepth: number($0[3]), width: number($0[4]),
            height: number($0[5]), orientation: number($0[6]), isProgressive: $0[7] == "1",
            decoded: $0[8], upright: $0[9], square: $0[10], padded336: $0[11],
            cropped224: $0[12])
    }

    static let bad: [Bad] = rows("files.tsv").filter { $0[1] != "-" }.map {
        Bad(name: $0[0], failure: $0[1])
    }

    static let white: [White] = rows("white.tsv").map {
        White(
            name: $0[0], white: $0[1], clip: $0[2], llava: $0[3], siglip: $0[4], llavaNext: $0[5])
    }

    static let reduced: [Reduced] = rows("reduced.tsv").map {
        Reduced(
            name: $0[0], leastSide: number($0[1]), width: number($0[2]), height: number($0[3]),
            decoded: $0[4])
    }

    static let resizes: [Resize] = rows("resizes.tsv").map {
        Resize(
            seed: UInt32(number($0[0])), width: number($0[1]), height: number($0[2]),
            square: $0[3], padded336: $0[4], cropped224: $0[5], resized90x60: $0[6])
    }

    /// The bytes of a fixture.
    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    /// The generator of `noise` in `generate.py`.
    static func noise(seed: UInt32, width: Int, height: Int) -> RGBImage {
        var state = seed
        let pixels = (0..<(width * height * 3)).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/images")

    private static func rows(_ name: String) -> [[String]] {
        guard let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
        else { preconditionFailure("\(name) is missing: run Tests/Fixtures/images/generate.py") }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: "\t").map(String.init) }
    }

    private static func number(_ text: String) -> Int {
        guard let value = Int(text) else { preconditionFailure("not a number: \(text)") }
        return value
    }
}
