import LLaVA
import Testing

/// The vision tower and the projector against transformers, block by block.
@Suite struct GoldenVisionTests {
    /// The largest error allowed, relative to the largest value.
    ///
    /// Our sums differ from torch's by 2e-6; the projector's GELU in its tanh form, the smallest
    /// defect these models show, by 7e-5.
    static let tolerance: Float = 2e-5

    let goldens: GoldenFixture

    init() throws { goldens = try GoldenFixture.shared.get() }

    @Test(arguments: GoldenFixture.modelNames)
    func everyBlockGivesTransformersHiddenState(name: String) throws {
        let golden = try goldens.model(name)
        let engine = try LlavaEngine(model: goldens.load(golden), threads: 1)
        let preprocessor = try #require(engine.model.preprocessor)
        var states: [[Float]] = []
        try engine.look(
            at: preprocessor.input(for: goldens.picture(golden.visionPicture)),
            observer: { block, state in
                #expect(block == states.count)
                states.append(state)
            })
        try #require(states.count == golden.executedBlocks + 1)
        for (block, tensor) in golden.visionStates.enumerated() {
            let expected = try goldens.tensor(tensor)
            let comparison = try GoldenComparison(
                states[block], expected.values, columns: expected.shape[1],
                rows: golden.stateRows)
            #expect(comparison.smallestCosine > 0.99999, "block \(block)")
            #expect(comparison.largestError <= Self.tolerance * comparison.scale, "block \(block)")
        }
    }

    @Test(arguments: GoldenFixture.modelNames)
    func featuresOfEveryPictureEqualTransformers(name: String) throws {
        let golden = try goldens.model(name)
        let engine = try LlavaEngine(model: goldens.load(golden), threads: 2)
        #expect(golden.features.count == 2)
        for (picture, tensor) in golden.features {
            try engine.look(at: goldens.picture(picture))
            let expected = try goldens.tensor(tensor)
            let embedding = try #require(engine.imageEmbedding)
            #expect(embedding.tokenCount == golden.imageTokens)
            #expect(embedding.width == expected.shape[1])
            let comparison = try GoldenComparison(
                embedding.values, expected.values, columns: embedding.width,
                rows: golden.featureRows)
            #expect(comparison.smallestCosine > 0.99999, "\(picture)")
            #expect(comparison.largestError <= Self.tolerance * comparison.scale, "\(picture)")
        }
    }
}
