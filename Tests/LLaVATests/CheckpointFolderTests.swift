import Foundation
import LLaVA
import Testing

/// Model folders of every spelling, and the ones that cannot be used.
@Suite struct CheckpointFolderTests {
    let goldens: GoldenFixture
    let copy: CheckpointCopy

    init() throws {
        goldens = try GoldenFixture.shared.get()
        copy = try CheckpointCopy()
    }

    private func load(template: String? = "vicuna_v1") throws -> LlavaModel {
        try LlavaModel.load(
            ModelLocation(text: copy.path, template: template, aspect: .pad, arithmetic: .exact))
    }

    /// Whether the copy answers the fixture's first question as transformers does.
    private func answersAsTransformers() throws -> Bool {
        let golden = goldens.manifest.huggingFace
        let run = golden.runs[0]
        let engine = try LlavaEngine(model: load(), threads: 1)
        try engine.look(at: goldens.picture(run.picture ?? ""))
        var options = GenerationOptions()
        options.maxTokens = 24
        return try engine.answer(run.question, options: options).tokens.map(\.id) == run.greedyIDs
    }

    private func failure(_ kind: EngineError.Kind, _ word: String) {
        let error = #expect(throws: EngineError.self) { _ = try load() }
        #expect(error?.kind == kind)
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(copy.path) == true)
    }

    // MARK: Spellings

    @Test func readsTheNamesOfTransformersInMemory() throws {
        try copy.writeTensors { name in
            name.hasPrefix("language_model.lm_head")
                ? "lm_head.weight"
                : "model."
                    + name.replacing("language_model.model.", with: "language_model.")
                    .replacing("vision_tower.vision_model.", with: "vision_tower.")
        }
        #expect(try answersAsTransformers())
    }

    @Test func readsTheNamesOfTransformersSaved() throws {
        try copy.writeTensors {
            $0.replacing("vision_tower.vision_model.", with: "vision_tower.")
        }
        #expect(try answersAsTransformers())
    }

    /// The original project's names and configuration, its tower in a folder beside the model.
    private func makeOriginal(
        tower: String = "clip-tiny", type: String = "llava_llama"
    ) throws {
        try copy.writeTensors { name in
            if name.contains("vision_tower") { return nil }
            return name.replacing("language_model.", with: "")
                .replacing("multi_modal_projector.linear_1", with: "model.mm_projector.0")
                .replacing("multi_modal_projector.linear_2", with: "model.mm_projector.2")
        }
        var vision: [String: Any] = [:]
        try copy.edit("config.json") { config in
            vision = config["vision_config"] as? [String: Any] ?? [:]
            config = config["text_config"] as? [String: Any] ?? [:]
            config["model_type"] = type
            config["mm_vision_tower"] = "openai/clip-tiny"
            config["mm_vision_select_layer"] = -2
            config["mm_vision_select_feature"] = "patch"
            config["mm_projector_type"] = "mlp2x_gelu"
            config["image_aspect_ratio"] = "pad"
        }
        let beside = copy.folder.deletingLastPathComponent().appending(path: tower)
        try copy.writeTensors(to: beside) {
            $0.contains("vision_model") ? $0.replacing("vision_tower.", with: "") : nil
        }
        try JSONSerialization.data(withJSONObject: ["vision_config": vision])
            .write(to: beside.appending(path: "config.json"))
        try FileManager.default.moveItem(
            at: copy.folder.appending(path: "preprocessor_config.json"),
            to: beside.appending(path: "preprocessor_config.json"))
    }

    @Test func readsTheOriginalProjectsFolderWithItsTowerBeside() throws {
        try makeOriginal()
        #expect(try answersAsTransformers())
        let own = try LlavaModel.load(ModelLocation(text: copy.path + "/", arithmetic: .exact))
        #expect(own.summary.tower?.aspect == .pad)
    }

    @Test(arguments: ["llava", "llava_mistral"])
    func readsTheOriginalProjectsOtherTypes(type: String) throws {
        try makeOriginal(type: type)
        #expect(try answersAsTransformers())
    }

    @Test func anOriginalQwenIsOne() throws {
        try makeOriginal(type: "llava_qwen")
        failure(.missingPart, "self_attn.k_proj.bias")
    }

    @Test func saysWhatToFetchForATowerThatIsOnlyNamed() throws {
        try makeOriginal(tower: "elsewhere")
        failure(.missingPart, "openai/clip-tiny")
    }

    // MARK: Choices

    @Test func whatNoTrainingTaughtIsNeverChosen() throws {
        let tokenizer = try load().tokenizer
        #expect(tokenizer.vocabularySize == 512)
        #expect(tokenizer.answerCount == 448)
        #expect(tokenizer.id(of: "<image>") == 448)
        // Text of a user never becomes the mark of the picture.
        #expect(!tokenizer.encodePlain("<image>").contains(448))
    }

    @Test func aFolderThatAsksForPaddingIsBelieved() throws {
        let aspect = {
            try LlavaModel.load(ModelLocation(text: copy.path, arithmetic: .exact)).summary.tower?
                .aspect
        }
        // The processor of llava-hf crops what the model was trained on padded.
        #expect(try aspect() == .pad)
        try copy.edit("config.json") { $0["image_aspect_ratio"] = "square" }
        #expect(try aspect() == .crop)
    }

    @Test func theTemplateOfTheFolderIsTaken() throws {
        #expect(try load(template: nil).template == nil)
        try copy.put("{{ 'USER: ' }}{{ 'ASSISTANT:' }}", in: "chat_template.jinja")
        #expect(try load(template: nil).template?.name == "vicuna_v1")
    }

    @Test func fingerprintsCoverTheTokenizer() throws {
        let before = try load().fingerprint
        #expect(try load().fingerprint == before)
        try copy.edit("tokenizer_config.json") { $0["legacy"] = false }
        #expect(try load().fingerprint != before)
    }

    // MARK: What cannot be used

    @Test func aFolderAndAProjectorFile() {
        let error = #expect(throws: EngineError.self) {
            _ = try LlavaModel.load(
                ModelLocation(text: copy.path, projector: "other.gguf", arithmetic: .exact))
        }
        #expect(error?.message.contains("--mmproj") == true)
    }

    @Test func aTokenizerModelThatIsDamaged() throws {
        let file = copy.folder.appending(path: "tokenizer.model")
        let whole = try Data(contentsOf: file)
        for length in [1, 2, 5, whole.count / 2, whole.count - 1] {
            try whole.prefix(length).write(to: file)
            #expect(throws: EngineError.self) { _ = try load() }
        }
    }
}
