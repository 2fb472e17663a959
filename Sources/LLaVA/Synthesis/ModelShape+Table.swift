/// The shapes there are.
///
/// Sizes are those of the `config.json` files published with the models. Towers are CLIP ViT-L/14
/// (Radford et al., 2021) without the last of its 24 blocks, which LLaVA never runs, or SigLIP
/// so400m/14-384 (Zhai et al., 2023). All have pieces of SentencePiece's kind, as many as their own.
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
            name: "llava-1.6-vicuna-7b",
            language: llama7B, tower: withTiles(clipLarge336), vocabulary: .vicuna),
        ModelShape(
            name: "llava-1.6-mistral-7b",
            language: mistral7B, tower: withTiles(clipLarge336), vocabulary: .vicuna),
        ModelShape(
            name: "bakllava-7b",
            language: mistral7B, tower: clipLarge336, vocabulary: .vicuna),
        ModelShape(
            name: "llava-llama-3-8b",
            language: llama3, tower: clipLarge336, vocabulary: .llama3),
        ModelShape(
            name: "joycaption-8b",
            language: llama3, tower: siglip(blocks: 26), vocabulary: .llama3),
        ModelShape(
            name: "llava-interleave-qwen-0.5b",
            language: Language(
                width: 1024, feedForwardWidth: 2816, layerCount: 24, headCount: 16,
                keyValueHeadCount: 16, contextLength: 32_768, epsilon: 1e-6,
                rotaryBase: 1_000_000, architecture: .qwen2, isTied: true),
            tower: siglip(blocks: 26),
            vocabulary: SyntheticVocabulary(family: .vicuna, count: 152_000)),
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

    /// Mistral 7B Instruct 0.2.
    private static let mistral7B = Language(
        width: 4096, feedForwardWidth: 14_336, layerCount: 32, headCount: 32,
        keyValueHeadCount: 8, contextLength: 32_768, rotaryBase: 1_000_000)

    /// LLaMA 3 and 3.1 8B.
    private static let llama3 = Language(
        width: 4096, feedForwardWidth: 14_336, layerCount: 32, headCount: 32,
        keyValueHeadCount: 8, contextLength: 8192, rotaryBase: 500_000)

    /// The Vicuna before 1.5 of the same sizes.
    private static func older(_ language: Language) -> Language {
        var older = language
        older.contextLength = 2048
        older.epsilon = 1e-6
        return older
    }

    private static let clipLarge336 = Tower(
        imageSide: 336, width: 1024, feedForwardWidth: 4096, storedBlockCount: 23, headCount: 16)

    /// SigLIP so400m/14-384.
    private static func siglip(blocks: Int) -> Tower {
        Tower(
            kind: .siglip, imageSide: 384, width: 1152, feedForwardWidth: 4304,
            storedBlockCount: blocks, headCount: 16)
    }

    /// The tower of LLaVA 1.6.
    private static func withTiles(_ tower: Tower) -> Tower {
        var tiled = tower
        tiled.hasTiles = true
        return tiled
    }

    /// LLaVA 1: smaller pictures and a projector of one layer.
    private static let clipLarge224 = Tower(
        imageSide: 224, width: 1024, feedForwardWidth: 4096, storedBlockCount: 23, headCount: 16,
        projectorLayers: 1)
}
