import CKernels
import Foundation
import Testing

/// Dequantisation against the `gguf` package, from `Tests/Fixtures/quantization`.
@Suite struct GoldenDequantizationTests {
    /// A byte range of `blocks.bin`.
    struct ByteRange: Decodable {
        let offset: Int
        let bytes: Int
    }

    /// The blocks of one element type.
    struct Entry: Decodable {
        let name: String
        let type: Int32
        let elements: Int
        let raw: ByteRange
        let values: ByteRange
    }

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/quantization")

    /// Every level this machine runs.
    static let levels = (0...ck_best_level().rawValue).compactMap { ck_level(rawValue: $0) }

    @Test(arguments: levels)
    func valuesEqualThoseOfTheGGUFPackageBitForBit(level: ck_level) throws {
        let entries = try JSONDecoder().decode(
            [Entry].self, from: Data(contentsOf: Self.folder.appending(path: "blocks.json")))
        let stored = try [UInt8](Data(contentsOf: Self.folder.appending(path: "blocks.bin")))
        #expect(entries.count == 15)
        for entry in entries {
            let type = ck_type(rawValue: entry.type)
            let raw = Array(stored[entry.raw.offset...].prefix(entry.raw.bytes))
            let expected = stored[entry.values.offset...].prefix(entry.values.bytes)
            var values = [Float](repeating: .nan, count: entry.elements)
            #expect(
                ck_dequantize(level, type, entry.elements, raw, &values) == CK_OK, "\(entry.name)")
            values.withUnsafeBytes {
                #expect($0.elementsEqual(expected), "\(entry.name) at level \(level.rawValue)")
            }
        }
    }
}
