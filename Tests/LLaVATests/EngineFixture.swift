import Images
import LLaVA
import Testing

/// The tiny checkpoints of `Tests/Fixtures/engine`, and a picture to ask them about.
enum EngineFixture {
    static func path(_ name: String) -> String {
        let here = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(here)/Fixtures/engine/models/\(name).gguf"
    }

    static func model(
        _ name: String, storage: KeyValueStorage = .f32, template: String? = "vicuna_v1"
    ) throws -> LlavaModel {
        try LlavaModel.load(
            ModelLocation(
                text: path("\(name).text"), projector: path("\(name).mmproj"), template: template,
                aspect: .pad, keyValueStorage: storage, arithmetic: .exact))
    }

    /// Colours that change from pixel to pixel.
    static func picture(_ seed: Int, width: Int = 40, height: Int = 30) -> RGBImage {
        let pixels = (0..<(width * height * 3)).map { index in
            UInt8(truncatingIfNeeded: (index * 37 + seed * 101) ^ (index >> 4))
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    static func options(_ maxTokens: Int) -> GenerationOptions {
        var options = GenerationOptions()
        options.maxTokens = maxTokens
        options.ignoresEnd = true
        return options
    }
}
