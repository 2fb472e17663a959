import Foundation
import ModelFiles
import Testing

struct GGUFFileTests {
    /// The file the gguf package wrote; see Tests/Fixtures/gguf.
    private func writtenByPython() throws -> GGUFFile {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        return try GGUFFile(path: tests.appendingPathComponent("Fixtures/gguf/values.gguf").path)
    }

    private func open(_ builder: GGUFBuilder) throws -> GGUFFile {
        let file = try TemporaryFile(builder.build())
        return try GGUFFile(path: file.path)
    }

    @Test func readsEveryValueTypeOfTheReferenceWriter() throws {
        let file = try writtenByPython()
        #expect(file.version == 3)
        #expect(file.metadataKeys.first == "general.architecture")
        #expect(file.metadataKeys.count == file.metadata.count)
        let expected: [String: GGUFValue] = [
            "general.architecture": .string("llama"),
            "general.alignment": .unsigned(64),
            "v.u8": .unsigned(200), "v.i8": .integer(-100),
            "v.u16": .unsigned(60000), "v.i16": .integer(-30000),
            "v.u32": .unsigned(4_000_000_000), "v.i32": .integer(-2_000_000_000),
            "v.u64": .unsigned(1 << 63), "v.i64": .integer(-(1 << 62)),
            "v.f32": .float(Double(Float(1e-5))), "v.f64": .float(0.1),
            "v.yes": .bool(true), "v.no": .bool(false),
            "v.text": .string("naïve ▁ 日本語 🙂"),
            "v.texts": .strings(["", "a", "日本"]),
            "v.integers": .integers([1, -2, 3]),
            "v.floats": .floats([0.5, -1.25]),
            "v.bools": .bools([true, false, true]),
        ]
        #expect(file.metadata == expected)
    }

    @Test func readsTensorsOfTheReferenceWriter() throws {
        let file = try writtenByPython()
        #expect(
            file.tensorNames == ["matrix.f32", "cube.f16", "blocks.q8_0", "blocks.q4_0"])
        let matrix = try #require(file.entry("matrix.f32"))
        #expect(matrix.shape == [3, 4])
        #expect(matrix.type == .f32)
        #expect(matrix.elementCount == 12)
        #expect(matrix.offset % 64 == 0)
        #expect(
            file.bytes(of: matrix).bindMemory(to: Float.self).elementsEqual(
                (0..<12).map { Float($0) }))
        let cube = try #require(file.entry("cube.f16"))
        #expect(cube.shape == [2, 3, 4])
        #expect(cube.type == .f16)
        #expect(cube.byteCount == 48)
        let eight = try #require(file.entry("blocks.q8_0"))
        #expect(eight.shape == [2, 64])
        #expect(eight.byteCount == 4 * 34)
        let four = try #require(file.entry("blocks.q4_0"))
        #expect(four.type == .q4_0)
        #expect(four.byteCount == 4 * 18)
        #expect(file.bytes(of: four).count == four.byteCount)
        #expect(file.entry("matrix") == nil)
    }

    @Test(arguments: [2, 3] as [UInt32])
    func readsBothVersions(version: UInt32) throws {
        var builder = GGUFBuilder()
        builder.version = version
        builder.set("a.key", "text")
        builder.tensors = [.init("t", [3], offset: 0)]
        builder.data = [UInt8](repeating: 7, count: 12)
        let file = try open(builder)
        #expect(file.version == Int(version))
        #expect(try file.string("a.key") == "text")
        let entry = try #require(file.entry("t"))
        #expect(file.bytes(of: entry).allSatisfy { $0 == 7 })
    }

    @Test func bytesOutliveTheNameOfTheFile() throws {
        var builder = GGUFBuilder()
        builder.tensors = [.init("t", [2], offset: 0)]
        builder.data = [1, 2, 3, 4, 5, 6, 7, 8]
        let file = try open(builder)
        #expect(!FileManager.default.fileExists(atPath: file.path))
        let entry = try #require(file.entry("t"))
        #expect(Array(file.bytes(of: entry)) == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test func tensorsMayStandInAnyOrderWithGapsBetween() throws {
        var builder = GGUFBuilder()
        builder.tensors = [.init("b", [8], offset: 64), .init("a", [8], offset: 0)]
        builder.data = [UInt8](repeating: 0, count: 96)
        let file = try open(builder)
        #expect(file.tensorNames == ["b", "a"])
    }

    // MARK: Metadata accessors

    private func valued() throws -> GGUFFile {
        var builder = GGUFBuilder()
        builder.set("text", "x")
        builder.set("big", type: 10) { $0.put(UInt64.max) }
        builder.set("negative", type: 5) { $0.put(Int32(-4)) }
        builder.set("nan", type: 6) { $0.put(Float.nan.bitPattern) }
        builder.set("half", type: 12) { $0.put(Double(0.5).bitPattern) }
        builder.set("yes", type: 7) { $0.put(UInt8(1)) }
        return try open(builder)
    }

    @Test func givesValuesOfTheTypeAskedFor() throws {
        let file = try valued()
        #expect(try file.string("text") == "x")
        #expect(try file.integer("negative") == -4)
        #expect(try file.float("half") == 0.5)
        #expect(try file.bool("yes"))
        #expect(try file.integerIfPresent("absent") == nil)
        #expect(try file.stringsIfPresent("absent") == nil)
        let python = try writtenByPython()
        #expect(try python.strings("v.texts").count == 3)
        #expect(try python.floats("v.floats") == [0.5, -1.25])
        #expect(try python.integers("v.integers") == [1, -2, 3])
    }

    @Test func aMissingKeyIsNamed() throws {
        let file = try valued()
        let error = #expect(throws: ModelFileError.self) { try file.integer("llama.block_count") }
        #expect(error?.kind == .missingKey)
        #expect(error?.message.contains("'llama.block_count'") == true)
    }

    @Test func aValueOfAnotherTypeIsNamedEvenWhereItMayBeLeftOut() throws {
        let file = try valued()
        let error = #expect(throws: ModelFileError.self) { try file.integerIfPresent("text") }
        #expect(error?.kind == .wrongType)
        #expect(error?.message.contains("'text' must be an integer and is a text") == true)
    }

    @Test func numbersNobodyCanUseAreRefused() throws {
        let file = try valued()
        let big = #expect(throws: ModelFileError.self) { try file.integer("big") }
        #expect(big?.kind == .outOfRange)
        let nan = #expect(throws: ModelFileError.self) { try file.float("nan") }
        #expect(nan?.kind == .outOfRange)
    }

    @Test func arraysOfAHundredAndFiftyThousandTextsAreReadInFarLessThanASecond() throws {
        let count = 150_000
        var builder = GGUFBuilder()
        builder.setArray("tokens", type: 8, count: UInt64(count)) {
            for index in 0..<count { $0.put("▁piece\(index)") }
        }
        let bytes = try TemporaryFile(builder.build())
        let clock = ContinuousClock()
        var texts: [String] = []
        let time = try clock.measure {
            texts = try GGUFFile(path: bytes.path).strings("tokens")
        }
        #expect(texts.count == count)
        #expect(texts.last == "▁piece149999")
        #expect(time < .seconds(5), "unoptimised builds take about 0.2 s: \(time)")
    }
}
