import Foundation
import ModelFiles
import Testing

@testable import LLaVA

/// Language models of other families than LLaMA's first, against transformers.
@Suite struct LanguageFamilyTests {
    let goldens: FamilyFixture

    init() throws { goldens = try FamilyFixture() }

    private func scoresAreTransformers(
        _ path: String, _ ids: [TokenID], _ tensor: String
    ) throws -> Float {
        let rows = try FamilyFixture.engine(path).logits(
            after: [.tokens(ids)], continuation: goldens.continuation)
        let expected = try goldens.tensor(tensor)
        let comparison = try GoldenComparison(
            rows.flatMap { $0 }, expected.values, columns: expected.shape[1])
        return comparison.largestError
    }

    private func answersAreTransformers(_ path: String, _ name: String) throws {
        var options = GenerationOptions()
        options.maxTokens = 64
        let engine = try FamilyFixture.engine(path)
        for run in try goldens.model(name).runs {
            let answer = try engine.answer(segments: [.tokens(run.promptIDs)], options: options)
            #expect(answer.tokens.map(\.id) == run.greedyIDs)
            for (token, logprob) in zip(answer.tokens, run.greedyLogprobs) {
                #expect(abs(token.logprob - logprob) <= 1e-3)
            }
        }
    }

    @Test(arguments: FamilyFixture.modelNames, [true, false])
    func teacherForcedScoresAreTransformers(name: String, isFolder: Bool) throws {
        for run in try goldens.model(name).runs {
            let path = FamilyFixture.path(name, isFolder: isFolder)
            #expect(try scoresAreTransformers(path, run.promptIDs, run.logits) <= 1e-3)
        }
    }

    @Test(arguments: FamilyFixture.modelNames, [true, false])
    func greedyAnswersAreTransformers(name: String, isFolder: Bool) throws {
        try answersAreTransformers(FamilyFixture.path(name, isFolder: isFolder), name)
    }

    @Test(arguments: FamilyFixture.modelNames)
    func promptsAreTransformersFromFolderAndFile(name: String) throws {
        for isFolder in [true, false] {
            let path = FamilyFixture.path(name, isFolder: isFolder)
            let tokenizer = try LlavaModel.tokenizer(of: path)
            for run in try goldens.model(name).runs {
                let prompt = try Prompt(raw: run.prompt, tokenizer: tokenizer)
                #expect(prompt.segments == [.tokens(run.promptIDs)])
            }
        }
    }

    @Test(arguments: FamilyFixture.modelNames)
    func anImportedFolderAnswersAsTransformersDoes(name: String) throws {
        let copy = try CheckpointCopy(of: FamilyFixture.folder.appending(path: name))
        let written = try ModelImport(folder: copy.path, type: .f32).write(
            into: copy.path + "-imported")
        try answersAreTransformers(written.text, name)
        let file = try GGUFFile(path: written.text)
        let own = try GGUFFile(path: FamilyFixture.path(name, isFolder: false))
        #expect(Set(file.tensorNames) == Set(own.tensorNames))
        for key in own.metadataKeys where key.hasPrefix("tokenizer.ggml.token") {
            #expect(file.metadata[key] == own.metadata[key], "\(key)")
        }
        let architecture = name == "qwen2" ? "qwen2" : "llama"
        #expect(file.metadata["general.architecture"] == .string(architecture))
        let imported = try LlavaModel.load(ModelLocation(text: written.text))
        #expect(imported.summary.language.architecture == architecture)
    }

    // MARK: Rotary positions

    private func llama3(_ change: (inout [String: Any]) -> Void) throws -> CheckpointCopy {
        let copy = try CheckpointCopy(of: FamilyFixture.folder.appending(path: "llama3"))
        try copy.edit("config.json") { config in
            var text = config["text_config"] as? [String: Any] ?? [:]
            change(&text)
            config["text_config"] = text
        }
        return copy
    }

    @Test(arguments: ["rope_type", "type"])
    func linearScalingIsTransformers(member: String) throws {
        let model = try goldens.model("llama3")
        let variant = try #require(model.variants.first)
        let copy = try llama3 { $0["rope_scaling"] = [member: "linear", "factor": 4.0] }
        let ids = try #require(model.runs.last).promptIDs
        #expect(try scoresAreTransformers(copy.path, ids, variant.logits) <= 1e-3)
    }

    @Test func bothSpellingsOfScalingMeanTheSame() throws {
        let copy = try llama3 { text in
            var parameters = text["rope_scaling"] as? [String: Any] ?? [:]
            parameters["rope_theta"] = text.removeValue(forKey: "rope_theta")
            text["rope_scaling"] = nil
            text["rope_parameters"] = parameters
        }
        try answersAreTransformers(copy.path, "llama3")
    }

    @Test(arguments: [
        ("rope_scaling", ["rope_type": "yarn", "factor": 4.0] as [String: any Sendable], "yarn"),
        ("rope_scaling", ["rope_type": "dynamic", "factor": 4.0], "dynamic"),
        ("rope_scaling", ["rope_type": "linear"], "factor"),
        ("rope_scaling", ["rope_type": "llama3", "factor": 8.0], "low_freq_factor"),
        (
            "rope_scaling",
            [
                "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0,
                "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
            ], "high_freq_factor"
        ),
        ("rope_parameters", ["partial_rotary_factor": 0.5], "partial_rotary_factor"),
    ])
    func positionsThatCannotBeRunAreNamed(
        member: String, value: [String: any Sendable], word: String
    ) throws {
        let copy = try llama3 { $0[member] = value }
        let error = #expect(throws: EngineError.self) { try FamilyFixture.engine(copy.path) }
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("config.json") == true)
    }

    @Test(arguments: [
        ("llama.rope.scaling.type", GGUFValue.string("yarn"), "yarn"),
        ("general.architecture", .string("mamba"), "mamba"),
        ("general.architecture", .string("qwen2"), "qwen2.context_length"),
    ])
    func keysThatCannotBeRunAreNamed(key: String, value: GGUFValue, word: String) throws {
        let file = try GGUFFile(path: FamilyFixture.path("llama3", isFolder: false))
        var keys = file.metadata
        keys[key] = value
        let error = #expect(throws: EngineError.self) {
            try LlamaConfiguration(
                CheckpointMetadata(path: file.path, metadata: keys), rotaryOrder: .adjacent)
        }
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }

    // MARK: Families

    @Test func biasesOfQueriesAndKeysFollowTheirRows() throws {
        // Called a LLaMA, these weights mean the same, but a GGUF file has them in another order.
        let copy = try CheckpointCopy(of: FamilyFixture.folder.appending(path: "qwen2"))
        try copy.edit("config.json") { config in
            var text = config["text_config"] as? [String: Any] ?? [:]
            text["model_type"] = "llama"
            text["attention_bias"] = true
            config["text_config"] = text
        }
        try answersAreTransformers(copy.path, "qwen2")
        let written = try ModelImport(folder: copy.path, type: .f32).write(
            into: copy.path + "-imported")
        try answersAreTransformers(written.text, "qwen2")
    }

    @Test func mistralWithoutAWindowIsLlama() throws {
        let copy = try llama3 { text in
            text["model_type"] = "mistral"
            text["sliding_window"] = NSNull()
        }
        try answersAreTransformers(copy.path, "llama3")
        let windowed = try llama3 { text in
            text["model_type"] = "mistral"
            text["sliding_window"] = 128
        }
        let model = try LlavaModel.load(ModelLocation(text: windowed.path))
        #expect(model.configuration.language.contextLength == 128)
    }

    @Test func aWindowThatIsSwitchedOffIsNone() throws {
        let path = FamilyFixture.path("qwen2", isFolder: true)
        let model = try LlavaModel.load(ModelLocation(text: path))
        #expect(model.configuration.language.contextLength == 1024)
    }

    @Test func everyEndTokenOfTheFilesEndsAnAnswer() throws {
        let llama = FamilyFixture.path("llama3", isFolder: true)
        #expect(try LlavaModel.tokenizer(of: llama).endIDs == [556, 557, 558])
        let qwen = FamilyFixture.path("qwen2", isFolder: true)
        #expect(try LlavaModel.tokenizer(of: qwen).endIDs == [556, 558])
        let copy = try CheckpointCopy(of: URL(fileURLWithPath: llama))
        try copy.put(#"{"eos_token_id": 558}"#, in: "generation_config.json")
        #expect(try LlavaModel.tokenizer(of: copy.path).endIDs == [556, 558])
        // A default that is an ordinary piece here ends nothing.
        try copy.put(#"{"eos_token_id": [2, 557]}"#, in: "generation_config.json")
        #expect(try LlavaModel.tokenizer(of: copy.path).endIDs == [556, 557, 558])
    }

    @Test func aQwenWithoutBiasesIsIncomplete() throws {
        let copy = try CheckpointCopy(of: FamilyFixture.folder.appending(path: "llama3"))
        try copy.edit("config.json") { config in
            var text = config["text_config"] as? [String: Any] ?? [:]
            text["model_type"] = "qwen2"
            config["text_config"] = text
        }
        let error = #expect(throws: EngineError.self) { try FamilyFixture.engine(copy.path) }
        #expect(error?.kind == .missingPart)
        #expect(error?.message.contains("k_proj.bias") == true, "\(error?.message ?? "")")
    }
}
