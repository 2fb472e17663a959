import Foundation
import LLaVA
import Testing

/// Models made wrong by hand, each with the sentence it is refused with.
@Suite struct BadModelTests {
    @Test func thePairToBeDamagedIsGood() throws {
        let files = try ModelPair.good().written()
        defer { try? FileManager.default.removeItem(atPath: files.folder) }
        let model = try LlavaModel.load(
            ModelLocation(text: files.text, projector: files.vision, template: "vicuna_v1"))
        #expect(model.summary.family == "LLaVA v1.5")
    }

    @Test(arguments: BadModels.language + BadModels.vocabulary + BadModels.tensors)
    func isRefusedAsALanguageModel(_ model: BadModel) throws { try model.expectRefusal() }

    @Test(arguments: BadModels.visionKeys + BadModels.visionTensors)
    func isRefusedAsAProjector(_ model: BadModel) throws { try model.expectRefusal() }

    @Test(arguments: BadCheckpoints.files + BadCheckpoints.tensors)
    func isRefusedAsAFolder(_ checkpoint: BadCheckpoint) throws { try checkpoint.expectRefusal() }

    @Test(arguments: BadCheckpoints.root + BadCheckpoints.text + BadCheckpoints.vision)
    func isRefusedForItsConfiguration(_ checkpoint: BadCheckpoint) throws {
        try checkpoint.expectRefusal()
    }

    @Test(
        arguments: BadCheckpoints.tokenizerJSON + BadCheckpoints.tokenizerConfiguration
            + BadCheckpoints.bytePairFiles)
    func isRefusedForItsTokenizer(_ checkpoint: BadCheckpoint) throws {
        try checkpoint.expectRefusal()
    }
}
