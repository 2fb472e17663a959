/// The shapes there are.
///
/// Sizes are those of the `config.json` files published with the models. Towers are CLIP ViT-L/14
/// (Radford et al., 2021) without the last of its 24 blocks, which LLaVA never runs.
extension ModelShape {
    /// All shapes, in the order messages list them.
    public static let all: [ModelShape] = [
        ModelShape(
            name: "llava-1.5-7b",
            language: llama7B, tower: clipLarge336, vocabulary: .vicuna),
        ModelShape(
            name: "llava-1.5-13b",
            language: Language(
                width: 5120, feedForwardWidth: 13_824, layerCount: 40, headCount: 40,
                keyValueHeadCount: 40),
            tower: clipLarge336, vocabulary: .vicuna),
        ModelShape(
            name: "llava-v1-7b",
            language: older(llama7B), tower: clipLarge224, vocabulary: .vicuna),
        ModelShape(
            name: "tinyllava-1.1b",
            language: Language(
                width: 2048, feedForwardWidth: 5632, layerCount: 22, headCount: 32,
                keyValueHeadCount: 4, contextLength: 2048),
            tower: clipLarge336, vocabulary: .vicuna),
        // The model in Models/demo.
        ModelShape(
            name: "demo",
            language: Language(
                width: 256, feedForwardWidth: 768, layerCount: 4, headCount: 4,
                keyValueHeadCount: 4, contextLength: 1024),
            tower: Tower(
                imageSide: 112, width: 192, feedForwardWidth: 768, storedBlockCount: 5,
                headCount: 6),
            vocabulary: SyntheticVocabulary(family: .vicuna, count: 1024)),
        // For tests: nothing is large, and every row is a whole number of the largest blocks.
        ModelShape(
            name: "tiny",
            language: Language(
                width: 256, feedForwardWidth: 512, layerCount: 3, headCount: 4,
                keyValueHeadCount: 2, contextLength: 512),
            tower: Tower(
                imageSide: 56, width: 64, feedForwardWidth: 128, storedBlockCount: 2,
                headCount: 4),
            vocabulary: SyntheticVocabulary(family: .vicuna, count: 512)),
    ]

    /// Vicuna 1.5 7B.
    private static let llama7B = Language(
        width: 4096, feedForwardWidth: 11_008, layerCount: 32, headCount: 32,
        keyValueHeadCount: 32)

    /// The Vicuna before 1.5 of the same sizes.
    private static func older(_ language: Language) -> Language {
        var older = language
        older.contextLength = 2048
        older.epsilon = 1e-6
        return older
    }

    private static let clipLarge336 = Tower(
        imageSide: 336, width: 1024, feedForwardWidth: 4096, storedBlockCount: 23, headCount: 16)

    /// LLaVA 1: smaller pictures and a projector of one layer.
    private static let clipLarge224 = Tower(
        imageSide: 224, width: 1024, feedForwardWidth: 4096, storedBlockCount: 23, headCount: 16,
        projectorLayers: 1)
}
