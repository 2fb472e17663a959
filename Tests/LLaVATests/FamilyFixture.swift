import Foundation
import LLaVA

/// Tiny language models of other families: `Tests/Fixtures/families`, see the README there.
struct FamilyFixture: Sendable {
    /// One prompt through one model.
    struct Run: Decodable, Sendable {
        let prompt: String
        let promptIDs: [TokenID]
        /// Tensor (1 + continuation, V).
        let logits: String
        let greedyIDs: [TokenID]
        let greedyLogprobs: [Float]
    }

    /// The same weights with other rotary positions.
    struct Variant: Decodable, Sendable {
        let name: String
        /// Tensor (1 + continuation, V), for the last prompt.
        let logits: String
    }

    /// One model.
    struct Model: Decodable, Sendable {
        let name: String
        let runs: [Run]
        let variants: [Variant]
    }

    private struct Manifest: Decodable {
        let continuation: [TokenID]
        let models: [Model]
        let tensors: [String: GoldenManifest.Place]
    }

    static let modelNames = ["qwen2", "llama3"]
    static let folder = GoldenFixture.folder.deletingLastPathComponent()
        .appending(path: "families")

    /// The tokens after each prompt whose scores are recorded.
    let continuation: [TokenID]
    private let manifest: Manifest
    private let floats: [Float]

    init() throws {
        let json = try Data(contentsOf: Self.folder.appending(path: "goldens.json"))
        manifest = try JSONDecoder().decode(Manifest.self, from: json)
        continuation = manifest.continuation
        floats = try GoldenFixture.floats(Self.folder.appending(path: "goldens.bin"))
    }

    /// The model called `name`.
    func model(_ name: String) throws -> Model {
        guard let model = manifest.models.first(where: { $0.name == name }) else {
            throw GoldenError("the families have no model \(name)")
        }
        return model
    }

    /// The values of the tensor called `name`, row-major, and its shape.
    func tensor(_ name: String) throws -> (values: [Float], shape: [Int]) {
        guard let place = manifest.tensors[name] else {
            throw GoldenError("the families have no tensor \(name)")
        }
        let count = place.shape.reduce(1, *)
        return (Array(floats[place.offset..<place.offset + count]), place.shape)
    }

    /// The model's folder, or its GGUF file.
    static func path(_ name: String, isFolder: Bool) -> String {
        folder.appending(path: isFolder ? name : "\(name).gguf").path
    }

    /// An engine of a folder or a file, computing exactly.
    static func engine(_ path: String) throws -> LlavaEngine {
        try LlavaEngine(
            model: LlavaModel.load(
                ModelLocation(text: path, template: "plain", arithmetic: .exact)),
            threads: 1)
    }
}
