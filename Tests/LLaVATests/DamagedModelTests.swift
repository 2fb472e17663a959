import Foundation
import LLaVA
import ModelFiles
import Testing

/// Copies of a good model with a few bytes changed.
@Suite struct DamagedModelTests {
    /// Loads a copy of a text model in which the first `from` became `to`, of the same length.
    private func load(_ name: String, replacing from: [UInt8], by to: [UInt8]) throws {
        try #require(from.count == to.count)
        let original = try MappedFile(path: EngineFixture.path("\(name).text"))
        var bytes = Array(original.bytes)
        let start = try #require(
            bytes.indices.first { bytes[$0...].starts(with: from) })
        bytes.replaceSubrange(start..<start + to.count, with: to)
        let copy = FileManager.default.temporaryDirectory
            .appendingPathComponent("llavad-\(UUID().uuidString).gguf")
        try Data(bytes).write(to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        _ = try LlavaModel.load(ModelLocation(text: copy.path, template: "vicuna_v1"))
    }

    @Test func namesTheMissingTensor() {
        let error = #expect(throws: EngineError.self) {
            try load(
                "mlp-gqa-f16", replacing: Array("blk.1.ffn_up.weight".utf8),
                by: Array("blk.1.ffn_zz.weight".utf8))
        }
        #expect(error?.kind == .missingPart)
        #expect(error?.message.contains("blk.1.ffn_up.weight") == true)
    }

    @Test func namesTheMissingKey() {
        let error = #expect(throws: EngineError.self) {
            try load(
                "mlp-gqa-f16", replacing: Array("llama.block_count".utf8),
                by: Array("llama.block_coant".utf8))
        }
        #expect(error?.kind == .missingPart)
        #expect(error?.message.contains("llama.block_count") == true)
    }

    @Test func saysWhenKeysAndTensorsDisagree() {
        // The key's value follows its name and its type: 4 heads of 16 become 4 of 8.
        let key = Array("llama.rope.dimension_count".utf8) + [4, 0, 0, 0]
        let error = #expect(throws: EngineError.self) {
            try load("mlp-gqa-f16", replacing: key + [16], by: key + [8])
        }
        #expect(error?.kind == .inconsistentModel)
        #expect(error?.message.contains("llama.rope.dimension_count") == true)
    }
}
