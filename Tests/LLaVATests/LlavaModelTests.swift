import LLaVA
import Testing

@Suite struct LlavaModelTests {
    @Test func saysWhenTheTwoFilesAreSwapped() {
        let error = #expect(throws: EngineError.self) {
            _ = try LlavaModel.load(
                ModelLocation(text: EngineFixture.path("mlp-gqa-f16.mmproj")))
        }
        #expect(error?.kind == .unsupportedModel)
        #expect(error?.message.contains("general.architecture") == true)
    }

    @Test func saysWhenTheProjectorBelongsToAnotherModel() {
        let error = #expect(throws: EngineError.self) {
            _ = try LlavaModel.load(
                ModelLocation(
                    text: EngineFixture.path("mlp-gqa-f16.text"),
                    projector: EngineFixture.path("mlp-gqa-q4_0.mmproj")))
        }
        #expect(error?.kind == .inconsistentModel)
        #expect(error?.message.contains("96") == true && error?.message.contains("64") == true)
    }

    @Test func saysWhichFileIsMissing() {
        let error = #expect(throws: EngineError.self) {
            _ = try LlavaModel.load(ModelLocation(text: "/nowhere/model.gguf"))
        }
        #expect(error?.kind == .file)
        #expect(error?.message.contains("/nowhere/model.gguf") == true)
    }

    @Test func takesTheAspectTheFamilyWasTrainedWith() throws {
        func aspect(_ name: String) throws -> Aspect? {
            try LlavaModel.load(
                ModelLocation(
                    text: EngineFixture.path("\(name).text"),
                    projector: EngineFixture.path("\(name).mmproj"), template: "plain")
            ).summary.tower?.aspect
        }
        #expect(try aspect("linear-mha-f32") == .crop)
        #expect(try aspect("mlp-gqa-f16") == .pad)
    }

    @Test func runsOnlyTheBlocksBeforeTheLast() throws {
        // The file stores all 3 blocks and says in feature_layer that 2 are run.
        let tower = try EngineFixture.model("mlp-gqa-tied-f32").summary.tower
        #expect(tower?.storedBlocks == 3 && tower?.blocks == 2)
        // A legacy file: what is stored is what is run.
        let legacy = try EngineFixture.model("mlp-gqa-q8_0").summary.tower
        #expect(legacy?.storedBlocks == 3 && legacy?.blocks == 3)
    }

    @Test func fingerprintTellsModelsAndChoicesApart() throws {
        var location = try EngineFixture.model("mlp-gqa-f16").location
        location.jpegLeastSide = 672
        let reduced = try LlavaModel.load(location)
        let prints = try [
            EngineFixture.model("mlp-gqa-f16"),
            EngineFixture.model("mlp-gqa-f16", storage: .f16),
            EngineFixture.model("mlp-gqa-f16", template: "llava_v1"),
            EngineFixture.model("mlp-mha-f16"), reduced,
        ].map(\.fingerprint)
        #expect(Set(prints).count == 5)
        #expect(prints.allSatisfy { $0.utf8.count == 64 })
        #expect(try EngineFixture.model("mlp-gqa-f16").fingerprint == prints[0])
    }

    @Test func summaryCountsWhatTheFilesHold() throws {
        let summary = try EngineFixture.model("mlp-gqa-q4_k").summary
        #expect(summary.family == "LLaVA v1.5")
        #expect(summary.language.keyValueHeads == 1)
        #expect(summary.elementTypes.keys.contains("Q6_K"))
        #expect(abs(summary.elementTypes.values.reduce(0, +) - 1) < 1e-9)
        #expect(summary.memory(workers: 2) > summary.memory(workers: 1))
        #expect(summary.tower?.projector == "mlp2x_gelu")
    }
}
