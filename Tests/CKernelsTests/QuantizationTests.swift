import CKernels
import Foundation
import Testing

/// f32 to blocks, against gguf-py byte for byte and llama.cpp's quantisers in accuracy:
/// `Tests/Fixtures/quantization`, see the README there.
@Suite struct QuantizationTests {
    private struct Place: Decodable {
        let offset: Int
        let bytes: Int
    }

    private struct Accuracy: Decodable {
        let columns: Int
        let distributions: [String]
        let errors: [String: [String: Double]]
    }

    /// Every type, by its name in the fixtures.
    static let types: [String: ck_type] = [
        "F32": CK_F32, "F16": CK_F16, "BF16": CK_BF16, "Q4_0": CK_Q4_0, "Q4_1": CK_Q4_1,
        "Q5_0": CK_Q5_0, "Q5_1": CK_Q5_1, "Q8_0": CK_Q8_0, "Q2_K": CK_Q2_K, "Q3_K": CK_Q3_K,
        "Q4_K": CK_Q4_K, "Q5_K": CK_Q5_K, "Q6_K": CK_Q6_K, "IQ4_NL": CK_IQ4_NL,
        "IQ4_XS": CK_IQ4_XS,
    ]

    private static let folder = GoldenDequantizationTests.folder

    private static func floats(_ bytes: Data) -> [Float] {
        bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }

    private static func quantized(
        _ values: [Float], as type: ck_type, level: ck_level = CK_LEVEL_PLAIN
    ) -> (ck_status, [UInt8]) {
        var blocks = [UInt8](repeating: 0xAA, count: ck_row_bytes(type, values.count))
        let status = ck_quantize(level, type, values.count, values, &blocks)
        return (status, blocks)
    }

    private static func roundTrip(_ values: [Float], as type: ck_type) -> [Float] {
        let (_, blocks) = quantized(values, as: type)
        var back = [Float](repeating: .nan, count: values.count)
        _ = ck_dequantize(CK_LEVEL_PLAIN, type, values.count, blocks, &back)
        return back
    }

    @Test(arguments: ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"])
    func bytesAreThoseOfTheGGUFPackage(name: String) throws {
        let places = try JSONDecoder().decode(
            [String: Place].self,
            from: Data(contentsOf: Self.folder.appending(path: "encoded.json")))
        let stored = try Data(contentsOf: Self.folder.appending(path: "encoded.bin"))
        func part(_ name: String) throws -> Data {
            let place = try #require(places[name])
            return Data(stored[place.offset..<place.offset + place.bytes])
        }
        let type = try #require(Self.types[name])
        let (status, blocks) = Self.quantized(Self.floats(try part("values")), as: type)
        let expected = [UInt8](try part(name))
        #expect(status == CK_OK)
        #expect(blocks == expected)
    }

    @Test func noTypeIsLessAccurateThanLlamaCppsByMoreThanThreePercent() throws {
        let golden = try JSONDecoder().decode(
            Accuracy.self, from: Data(contentsOf: Self.folder.appending(path: "accuracy.json")))
        let values = try Self.floats(
            Data(contentsOf: Self.folder.appending(path: "accuracy.bin")))
        #expect(golden.errors.count == 12)
        for (name, errors) in golden.errors {
            let type = try #require(Self.types[name])
            for (index, distribution) in golden.distributions.enumerated() {
                let row = Array(values[index * golden.columns..<(index + 1) * golden.columns])
                let back = Self.roundTrip(row, as: type)
                var miss = 0.0
                var size = 0.0
                for (value, stored) in zip(row, back) {
                    miss += pow(Double(value) - Double(stored), 2)
                    size += pow(Double(value), 2)
                }
                let theirs = try #require(errors[distribution])
                let ours = (miss / size).squareRoot()
                #expect(ours <= 1.03 * theirs, "\(name), \(distribution): \(ours), not \(theirs)")
            }
        }
    }

    @Test func everyLevelWritesTheSameBytes() throws {
        let values = try Self.floats(
            Data(contentsOf: Self.folder.appending(path: "accuracy.bin")))
        for (name, type) in Self.types {
            let (_, plain) = Self.quantized(values, as: type)
            for level in GoldenDequantizationTests.levels {
                let (status, blocks) = Self.quantized(values, as: type, level: level)
                #expect(status == CK_OK)
                #expect(blocks == plain, "\(name) at level \(level.rawValue)")
            }
        }
    }

    @Test func blocksOfOneValueComeBack() {
        for (name, type) in Self.types {
            for value: Float in [0, 0.75, -0.75] {
                let back = Self.roundTrip([Float](repeating: value, count: 512), as: type)
                // Two levels of scales leave a share of the scale's own rounding.
                let worst = back.map { abs($0 - value) }.max() ?? .nan
                #expect(worst <= 0.02 * abs(value), "\(name) of \(value) is off by \(worst)")
            }
        }
    }

    @Test func aBlockOfOneLargeAndManyTinyValuesKeepsTheLargeOne() {
        var values = [Float](repeating: 1e-6, count: 256)
        values[77] = -3
        for (name, type) in Self.types {
            let back = Self.roundTrip(values, as: type)
            #expect(abs(back[77] + 3) < 0.05, "\(name): \(back[77])")
            #expect(back.allSatisfy { $0.isFinite }, "\(name)")
        }
    }

    @Test func valuesBeyondHalfPrecisionAreRefused() {
        for (name, type) in Self.types where name != "F32" && name != "BF16" {
            for scale: Float in [1e12, 1e30] {
                let values = (0..<256).map { Float($0 - 128) * scale }
                #expect(Self.quantized(values, as: type).0 == CK_OUT_OF_RANGE, "\(name), \(scale)")
            }
        }
        #expect(Self.quantized([1e30], as: CK_BF16).0 == CK_OK)
    }

    @Test func valuesTooSmallForHalfPrecisionBecomeZero() {
        for (name, type) in Self.types where name != "F32" && name != "BF16" {
            let back = Self.roundTrip((0..<256).map { Float($0 - 128) * 0x1p-140 }, as: type)
            #expect(back.allSatisfy { $0 == 0 }, "\(name)")
        }
    }

    @Test func lengthsAndTypesThatDoNotFitAreRefused() {
        let values = [Float](repeating: 1, count: 256)
        var blocks = [UInt8](repeating: 0, count: 2048)
        #expect(ck_quantize(CK_LEVEL_PLAIN, CK_Q4_K, 255, values, &blocks) == CK_BAD_LENGTH)
        #expect(ck_quantize(CK_LEVEL_PLAIN, CK_Q8_0, 33, values, &blocks) == CK_BAD_LENGTH)
        let unknown = ck_type(rawValue: 9)
        #expect(ck_quantize(CK_LEVEL_PLAIN, unknown, 32, values, &blocks) == CK_UNKNOWN_TYPE)
        #expect(blocks.allSatisfy { $0 == 0 })
        #expect(ck_quantize(CK_LEVEL_PLAIN, CK_Q4_K, 0, values, &blocks) == CK_OK)
    }
}
