import Foundation
import ModelFiles
import Testing

@testable import LLaVA

/// Encoding against gguf-py, byte for byte: `Tests/Fixtures/quantization`, see the README there.
@Suite struct BlockQuantizerTests {
    private struct Place: Decodable {
        let offset: Int
        let bytes: Int
    }

    private let places: [String: Place]
    private let stored: Data

    init() throws {
        let folder = GoldenFixture.folder.deletingLastPathComponent()
            .appending(path: "quantization")
        places = try JSONDecoder().decode(
            [String: Place].self, from: Data(contentsOf: folder.appending(path: "encoded.json")))
        stored = try Data(contentsOf: folder.appending(path: "encoded.bin"))
    }

    private func part(_ name: String) throws -> [UInt8] {
        let place = try #require(places[name])
        return [UInt8](stored[place.offset..<place.offset + place.bytes])
    }

    @Test(arguments: [ElementType.f16, .bf16, .q8_0, .q4_0])
    func bytesAreThoseOfTheReference(type: ElementType) throws {
        let values = try part("values").withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        #expect(try BlockQuantizer.bytes(values, as: type) == part(type.name))
    }

    @Test func valuesBeyondHalfPrecisionAreRefused() {
        let large = [Float](repeating: 1e6, count: 32)
        #expect(BlockQuantizer.bytes(large, as: .f16) == nil)
        #expect(BlockQuantizer.bytes(large, as: .bf16) != nil)
        #expect(BlockQuantizer.bytes([Float](repeating: 1e9, count: 32), as: .q8_0) == nil)
    }
}
