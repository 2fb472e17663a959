import Foundation
import Images
import LLaVA

/// What transformers makes of the tiny checkpoints: `Tests/Fixtures/engine`, see the README there.
struct GoldenFixture: Sendable {
    /// The checkpoints, in the order of the manifest; the last is a folder of safetensors.
    static let modelNames = [
        "linear-mha-f32", "mlp-gqa-tied-f32", "mlp-mha-f16", "mlp-gqa-f16", "mlp-gqa-q8_0",
        "linear-gqa-q8_0", "mlp-gqa-q4_0", "mlp-mha-bf16", "mlp-gqa-q4_k",
        "hf-gqa-f16",
    ]

    /// The fixture, read once.
    static let shared = Result { try GoldenFixture() }

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/engine")

    let manifest: GoldenManifest
    private let floats: [Float]

    private init() throws {
        let json = try Data(contentsOf: Self.folder.appending(path: "goldens.json"))
        manifest = try JSONDecoder().decode(GoldenManifest.self, from: json)
        floats = try Self.floats(Self.folder.appending(path: "goldens.bin"))
    }

    /// The little-endian floats of a file.
    static func floats(_ file: URL) throws -> [Float] {
        try Data(contentsOf: file).withUnsafeBytes { raw in
            (0..<raw.count / 4).map { i in
                let bits = raw.loadUnaligned(fromByteOffset: i * 4, as: UInt32.self)
                return Float(bitPattern: UInt32(littleEndian: bits))
            }
        }
    }

    /// The checkpoint called `name`.
    func model(_ name: String) throws -> GoldenManifest.Model {
        guard
            let model = (manifest.models + [manifest.huggingFace]).first(where: { $0.name == name })
        else {
            throw GoldenError("goldens.json has no model \(name)")
        }
        return model
    }

    /// The checkpoint, loaded, with the template and preprocessing the goldens were made with.
    func load(_ model: GoldenManifest.Model) throws -> LlavaModel {
        try LlavaModel.load(
            ModelLocation(
                text: Self.folder.appending(path: model.text).path,
                projector: model.mmproj.map { Self.folder.appending(path: $0).path },
                template: "vicuna_v1", aspect: .pad, arithmetic: .exact))
    }

    /// The values of the tensor called `name`, row-major, and its shape.
    func tensor(_ name: String) throws -> (values: [Float], shape: [Int]) {
        guard let place = manifest.tensors[name] else {
            throw GoldenError("goldens.json has no tensor \(name)")
        }
        let count = place.shape.reduce(1, *)
        return (Array(floats[place.offset..<place.offset + count]), place.shape)
    }

    /// The picture called `name`.
    func picture(_ name: String) throws -> RGBImage {
        guard let size = manifest.pictures.first(where: { $0.name == name }) else {
            throw GoldenError("goldens.json has no picture \(name)")
        }
        let file = try Data(contentsOf: Self.folder.appending(path: "pictures/\(name).ppm"))
        let samples = [UInt8](file.suffix(size.width * size.height * 3))
        return RGBImage(width: size.width, height: size.height, pixels: samples)
    }
}

/// What is wrong with the fixture itself.
struct GoldenError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
