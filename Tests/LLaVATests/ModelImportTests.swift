import Foundation
import LLaVA
import ModelFiles
import Testing

/// A model folder written as a GGUF pair answers as the folder does.
@Suite struct ModelImportTests {
    let goldens: GoldenFixture
    let copy: CheckpointCopy

    init() throws {
        goldens = try GoldenFixture.shared.get()
        copy = try CheckpointCopy()
    }

    private var target: String { copy.path + "-imported" }

    private func load(_ written: ModelImport.Written) throws -> LlavaModel {
        try LlavaModel.load(
            ModelLocation(
                text: written.text, projector: written.projector, template: "vicuna_v1",
                arithmetic: .exact))
    }

    @Test(arguments: [WeightMix.f32, .f16])
    func anExactTypeGivesTransformersAnswers(type: WeightMix) throws {
        let written = try ModelImport(folder: copy.path, type: type).write(into: target)
        let golden = goldens.manifest.huggingFace
        var options = GenerationOptions()
        options.maxTokens = 24
        for run in golden.runs {
            let engine = try LlavaEngine(model: load(written), threads: 1)
            if let picture = run.picture { try engine.look(at: goldens.picture(picture)) }
            let answer = try engine.answer(run.question, options: options)
            #expect(answer.tokens.map(\.id) == run.greedyIDs)
            for (token, logprob) in zip(answer.tokens, run.greedyLogprobs) {
                #expect(abs(token.logprob - logprob) <= 1e-3)
            }
        }
    }

    @Test(arguments: WeightMix.allCases)
    func everyTypeIsWrittenAndLoads(type: WeightMix) throws {
        let total = try SafetensorsFolder(path: copy.path).tensorNames.count
        var steps: [Int] = []
        let written = try ModelImport(folder: copy.path, type: type).write(into: target) {
            steps.append($0)
            #expect($1 == total)
        }
        #expect(steps == Array(1...total))
        #expect(written.text.hasSuffix("/model-\(type.rawValue).gguf"))
        #expect(try load(written).summary.tower?.projector == "mlp2x_gelu")
        let text = try GGUFFile(path: written.text)
        #expect(text.entry("output_norm.weight")?.type == .f32)
        // The model is 32 wide: no whole super-blocks, and no whole blocks in rows of 80.
        let isQuantised = ![.f32, .f16, .bf16].contains(type)
        let plain = type.rawValue.uppercased()
        #expect(
            text.entry("output.weight")?.type.name == (isQuantised ? "Q8_0" : plain))
        #expect(text.entry("blk.0.ffn_down.weight")?.type.name == (isQuantised ? "F16" : plain))
        let left = try FileManager.default.contentsOfDirectory(atPath: target)
        #expect(left.count == 2, "\(left)")
    }

    @Test func theRotaryPairsAreBroughtSideBySide() throws {
        let written = try ModelImport(folder: copy.path, type: .f16).write(into: target)
        let file = try GGUFFile(path: written.text)
        let folder = try SafetensorsFolder(path: copy.path)
        func rows(_ directory: any TensorDirectory, _ name: String) throws -> [[UInt8]] {
            let entry = try #require(directory.entry(name))
            let bytes = Array(directory.bytes(of: entry))
            let size = bytes.count / entry.shape[0]
            return (0..<entry.shape[0]).map { Array(bytes[$0 * size..<($0 + 1) * size]) }
        }
        let stored = try rows(
            folder, "language_model.model.layers.0.self_attn.q_proj.weight")
        let imported = try rows(file, "blk.0.attn_q.weight")
        // Two heads of 16: element 1 of the first half of head 1 comes third in that head.
        #expect(imported[16 + 2] == stored[16 + 1])
        #expect(imported[16 + 3] == stored[16 + 8 + 1])
        #expect(
            try rows(file, "blk.0.attn_v.weight")
                == rows(folder, "language_model.model.layers.0.self_attn.v_proj.weight"))
    }

    @Test func theTokenizerAndTheTemplateAreKept() throws {
        try copy.put("{{ 'USER: ' }}{{ 'ASSISTANT:' }}", in: "chat_template.jinja")
        let before = try LlavaModel.load(ModelLocation(text: copy.path, arithmetic: .exact))
        let written = try ModelImport(folder: copy.path, type: .bf16).write(into: target)
        let after = try LlavaModel.load(
            ModelLocation(text: written.text, projector: written.projector, arithmetic: .exact))
        #expect(after.template?.name == "vicuna_v1")
        #expect(after.tokenizer.answerCount == before.tokenizer.answerCount)
        #expect(after.tokenizer.endIDs == before.tokenizer.endIDs)
        for text in ["What is in the picture?", "  two\n\n lines", "<image>", "日本語 🙂"] {
            #expect(after.tokenizer.encodePlain(text) == before.tokenizer.encodePlain(text))
        }
    }

    @Test func aPairThatIsAlreadyGGUFIsRefused() throws {
        let path = EngineFixture.path("mlp-gqa-f16.text")
        let error = #expect(throws: EngineError.self) {
            _ = try ModelImport(folder: path, type: .f16).write(into: target)
        }
        #expect(error?.message.contains("GGUF file already") == true)
    }

    @Test func aTargetThatCannotBeMade() throws {
        let error = #expect(throws: EngineError.self) {
            _ = try ModelImport(folder: copy.path, type: .f16).write(
                into: copy.path + "/config.json/out")
        }
        #expect(error?.kind == .file)
    }
}
