import Foundation
import Testing

/// `image` on files made here; the decoder's own tests hold it to Pillow.
@Suite struct ImageCommandTests {
    /// A PNG of 2 x 1 pixels, red and blue, 8 bits RGB, written with Python's zlib.
    private static let png: [UInt8] = Array(
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg=="
        ) ?? Data())

    private func run(
        _ name: String, _ bytes: [UInt8]?, _ more: String...
    ) throws -> (outcome: Program.Outcome, folder: TemporaryFolder) {
        let folder = try TemporaryFolder()
        if let bytes { try folder.write(name, bytes) }
        return (try Program(folder).run(["image", name] + more), folder)
    }

    @Test func saysWhatAPictureIs() throws {
        let (outcome, folder) = try run("a.png", Self.png, "--out", "a.ppm")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(
            outcome.output == """
                format       png
                size         2 x 1
                orientation  1
                mode         RGB, 8 bits
                progressive  no

                """)
        let written = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/a.ppm"))
        #expect(Array(written) == Array("P6\n2 1\n255\n".utf8) + [255, 0, 0, 0, 0, 255])
    }

    @Test func saysItAsJSON() throws {
        let (outcome, folder) = try run("a.png", Self.png, "--json")
        #expect(
            outcome.output == """
                {"path":"\(folder.path)/a.png","format":"png","width":2,"height":1,\
                "stored_width":2,"stored_height":1,"orientation":1,"mode":"RGB","bit_depth":8,\
                "progressive":false}

                """)
    }

    /// Two pixels of transparent red, as a model of either reading gets them.
    @Test(arguments: [("original", [255, 0, 0]), ("huggingface", [255, 255, 255])])
    func aReadingSaysWhatShowsThrough(reading: String, colour: [UInt8]) throws {
        let png = Array(
            Data(
                base64Encoded:
                    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAADklEQVR42mP4z8DAAMIAC/0B/+Cc9YEAAAAASUVORK5CYII="
            ) ?? Data())
        let model =
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
            + "/Fixtures/engine/models/hf-gqa-f16"
        let (outcome, folder) = try run(
            "a.png", png, "--model", model, "--aspect", "stretch", "--reading", reading, "--out",
            "a.ppm")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let written = try Data(contentsOf: URL(filePath: folder.path + "/a.ppm"))
        #expect(Array(written.suffix(3)) == colour)
        #expect(written.count > 3 * 28 * 28)
    }

    @Test(arguments: [
        ("missing", nil), ("empty", []), ("unsupported", Array("GIF89a".utf8)),
        ("truncated", Array(png.prefix(50))),
    ])
    func namesTheFailure(failureClass: String, bytes: [UInt8]?) throws {
        let (plain, _) = try run("a.png", bytes)
        #expect(plain.code == 1)
        #expect(plain.output == "")
        #expect(plain.errors.hasPrefix("llavactl: \(failureClass): "))
        let (json, _) = try run("a.png", bytes, "--json")
        #expect(json.code == 1)
        #expect(json.output.contains("\"failure_class\":\"\(failureClass)\""))
    }
}
