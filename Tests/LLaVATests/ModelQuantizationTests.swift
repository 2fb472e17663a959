import Foundation
import Images
import ModelFiles
import Testing

@testable import LLaVA

/// A GGUF file written again in other types answers nearly as before.
@Suite final class ModelQuantizationTests {
    private let folder: String
    private let source: ModelSynthesis.Written

    init() throws {
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "quantization-\(UUID().uuidString)").path
        source = try ModelSynthesis(shape: .named("tiny"), mix: .f16, seed: 5)
            .write(into: folder, threads: 1)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func quantized(
        _ path: String, _ mix: WeightMix, threads: Int = 2
    ) throws -> String {
        let target = "\(folder)/\(mix.rawValue)-\(threads).gguf"
        try ModelQuantization(source: path, mix: mix, threads: threads).write(to: target)
        return target
    }

    /// The scores after a prompt with a picture.
    private func scores(_ text: String, _ projector: String) throws -> [Float] {
        let model = try LlavaModel.load(
            ModelLocation(text: text, projector: projector, arithmetic: .exact))
        let engine = try LlavaEngine(model: model, threads: 1)
        let pixels = (0..<56 * 56 * 3).map { UInt8(truncatingIfNeeded: $0 &* 97) }
        try engine.look(at: RGBImage(width: 56, height: 56, pixels: pixels))
        let prompt = Prompt(
            question: "What is in the picture?", template: try model.requiredTemplate(),
            tokenizer: model.tokenizer, hasImage: true)
        return try #require(engine.logits(after: prompt.segments).first)
    }

    private func distance(_ scores: [Float], to exact: [Float]) -> Float {
        let miss = zip(scores, exact).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (miss / exact.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }

    /// Random weights have nothing redundant: the error of the weights is nearly that of the scores.
    @Test(arguments: [
        (WeightMix.f32, 1e-3 as Float), (.q8_0, 0.03), (.q6K, 0.06), (.q5KM, 0.11),
        (.q4KM, 0.2), (.iq4XS, 0.25), (.q2K, 0.7),
    ])
    func scoresStayNearThoseOfTheOriginal(mix: WeightMix, limit: Float) throws {
        let exact = try scores(source.text, source.projector)
        let found = try scores(quantized(source.text, mix), source.projector)
        let distance = distance(found, to: exact)
        #expect(distance <= limit, "\(distance)")
        // Fewer bits than a type has cannot do as well.
        #expect(mix == .f32 || distance > limit / 20, "\(distance)")
    }

    @Test func theFileKeepsItsKeysAndNamesItsType() throws {
        let before = try GGUFFile(path: source.text)
        let after = try GGUFFile(path: quantized(source.text, .q4KM))
        var expected = before.metadata
        expected["general.file_type"] = .unsigned(15)
        expected["general.quantization_version"] = .unsigned(2)
        #expect(after.metadata == expected)
        #expect(after.tensorNames == before.tensorNames)
        #expect(after.entry("blk.2.attn_v.weight")?.type == .q6K)
        #expect(after.entry("blk.0.attn_q.weight")?.type == .q4K)
        #expect(after.entry("blk.0.attn_norm.weight")?.type == .f32)
    }

    @Test func bytesDoNotDependOnTheThreads() throws {
        let one = try quantized(source.text, .q5KM, threads: 1)
        let three = try quantized(source.text, .q5KM, threads: 3)
        let url = { (path: String) in URL(fileURLWithPath: path) }
        #expect(try Data(contentsOf: url(one)) == Data(contentsOf: url(three)))
    }

    @Test func aProjectorIsStoredInFewTypesOnly() throws {
        let stored = try quantized(source.projector, .q8_0)
        let file = try GGUFFile(path: stored)
        #expect(file.entry("mm.0.weight")?.type == .q8_0)
        #expect(file.entry("v.position_embd.weight")?.type == .f32)
        let exact = try scores(source.text, source.projector)
        #expect(try distance(scores(source.text, stored), to: exact) < 0.02)
        let error = #expect(throws: EngineError.self) {
            _ = try quantized(source.projector, .q4KM)
        }
        #expect(error?.message.contains("f32, f16, bf16, q8_0") == true)
    }

    @Test func roundingTwiceIsRefusedAndCopyingIsNot() throws {
        let four = try quantized(source.text, .q4KM)
        let error = #expect(throws: EngineError.self) { _ = try quantized(four, .q3KM) }
        #expect(error?.message.contains("is Q4_K already") == true)
        let again = try quantized(four, .q4KM, threads: 1)
        let url = { (path: String) in URL(fileURLWithPath: path) }
        #expect(try Data(contentsOf: url(again)) == Data(contentsOf: url(four)))
        _ = try quantized(quantized(source.text, .q8_0), .q4KM)
        _ = try quantized(four, .f16)
    }

    @Test func theFileToReadIsNeverWritten() throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: source.text))
        let error = #expect(throws: EngineError.self) {
            try ModelQuantization(source: source.text, mix: .q8_0).write(
                to: "\(folder)/./\(source.text.split(separator: "/").last ?? "")")
        }
        #expect(error?.message.contains("give another place") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: source.text)) == before)
    }
}
