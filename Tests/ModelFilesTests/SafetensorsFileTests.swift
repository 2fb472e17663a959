import Foundation
import ModelFiles
import Testing

struct SafetensorsFileTests {
    @Test func tensorsAreFoundWithShapesTypesAndBytes() throws {
        var builder = SafetensorsBuilder()
        builder.tensors = [
            .init(name: "b", shape: [1, 4], bytes: Array(0..<16)),
            .init(name: "a.weight", type: "BF16", shape: [3], bytes: Array(16..<22)),
            .init(name: "nothing", type: "F16", shape: [0, 7], bytes: []),
            .init(name: "scalar", type: "F16", shape: [], bytes: [1, 2]),
        ]
        let temporary = try TemporaryFile(builder.build())
        let file = try SafetensorsFile(path: temporary.path)
        #expect(Set(file.tensorNames) == ["b", "a.weight", "nothing", "scalar"])
        let entry = try #require(file.entry("a.weight"))
        #expect(entry.shape == [3] && entry.type == .bf16)
        #expect(Array(file.bytes(of: entry)) == Array(16..<22))
        #expect(file.entry("nothing")?.byteCount == 0)
        #expect(file.entry("scalar")?.elementCount == 1)
        #expect(file.entry("c") == nil)
        #expect(file.byteCount == builder.build().count)
    }

    // MARK: Folders

    private static let sharded =
        #filePath.split(separator: "/").dropLast(2)
        .reduce("") { "\($0)/\($1)" } + "/Fixtures/engine/models/hf-gqa-f16"

    @Test func aFolderOfShardsIsOneDirectory() throws {
        let folder = try SafetensorsFolder(path: Self.sharded)
        #expect(folder.filePaths.count == 3)
        // `total_size` of the index, which transformers wrote.
        let bytes = folder.tensorNames.reduce(0) { $0 + (folder.entry($1)?.byteCount ?? 0) }
        #expect(bytes == 209_184)
        let entry = try #require(folder.entry("multi_modal_projector.linear_1.weight"))
        #expect(folder.bytes(of: entry).count == entry.byteCount)
    }

    private func failure(_ files: [String: [UInt8]]) throws -> ModelFileError {
        let folder = NSTemporaryDirectory() + "modelfiles-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, bytes) in files {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFolder(path: folder) }
        return try #require(error)
    }

    private func shard(_ name: String) -> [UInt8] {
        SafetensorsBuilder(tensors: [.init(name: name)]).build()
    }

    private func index(_ map: String) -> [UInt8] { Array("{\"weight_map\":\(map)}".utf8) }

    @Test func aFolderWithoutSafetensors() throws {
        #expect(try failure([:]).kind == .notFound)
    }

    @Test func aMissingShard() throws {
        let error = try failure([
            "model.safetensors.index.json": index(#"{"a": "1.safetensors"}"#)
        ])
        #expect(error.kind == .notFound && error.path.hasSuffix("/1.safetensors"))
    }

    @Test func anIndexThatLeadsOutOfTheFolder() throws {
        let error = try failure([
            "model.safetensors.index.json": index(#"{"a": "../1.safetensors"}"#)
        ])
        #expect(error.kind == .invalidName)
    }

    @Test func anIndexWithoutMap() throws {
        let error = try failure(["model.safetensors.index.json": Array("{}".utf8)])
        #expect(error.kind == .malformed)
    }

    @Test func aTensorThatIsNotInItsShard() throws {
        let error = try failure([
            "model.safetensors.index.json": index(#"{"a": "1.safetensors"}"#),
            "1.safetensors": shard("b"),
        ])
        #expect(error.kind == .malformed && error.message.contains("'a'"))
    }

    @Test func aTensorInTwoShards() throws {
        let error = try failure([
            "model.safetensors.index.json": index(
                #"{"a": "1.safetensors", "b": "2.safetensors"}"#),
            "1.safetensors": shard("a"), "2.safetensors": shard("a"),
        ])
        #expect(error.kind == .duplicateTensor)
    }
}
