import Foundation
import LLaVA
import ModelFiles
import Testing

/// A GGUF pair that opens and cannot be run: what is wrong, and the sentence that says so.
struct BadModel: Sendable, CustomTestStringConvertible {
    /// What was done to a good pair.
    let name: String
    /// The kind of failure.
    let kind: EngineError.Kind
    /// The whole sentence; the language model's file is "TEXT" in it and the projector's "MMPROJ".
    let sentence: String
    /// Makes the pair wrong.
    let damage: @Sendable (inout ModelPair) -> Void

    init(
        _ name: String, _ kind: EngineError.Kind, _ sentence: String,
        _ damage: @escaping @Sendable (inout ModelPair) -> Void
    ) {
        self.name = name
        self.kind = kind
        self.sentence = sentence
        self.damage = damage
    }

    /// A language model with another value of a key; nil leaves the key out.
    static func text(
        _ key: String, _ value: GGUFValue?, _ kind: EngineError.Kind, _ sentence: String
    ) -> BadModel {
        BadModel("\(key): \(value.map { "\($0)" } ?? "none")", kind, sentence) {
            $0.text.keys[key] = value
        }
    }

    /// A projector with another value of a key; nil leaves the key out.
    static func vision(
        _ key: String, _ value: GGUFValue?, _ kind: EngineError.Kind, _ sentence: String
    ) -> BadModel {
        BadModel("\(key): \(value.map { "\($0)" } ?? "none")", kind, sentence) {
            $0.vision.keys[key] = value
        }
    }

    var testDescription: String { name }

    /// Loads the pair and holds what is thrown against what was expected.
    func expectRefusal() throws {
        var pair = try ModelPair.good()
        damage(&pair)
        let files = try pair.written()
        defer { try? FileManager.default.removeItem(atPath: files.folder) }
        let error = #expect(throws: EngineError.self) {
            _ = try LlavaModel.load(
                ModelLocation(text: files.text, projector: files.vision, template: "vicuna_v1"))
        }
        #expect(
            error?.message.replacing(files.text, with: "TEXT")
                .replacing(files.vision, with: "MMPROJ") == sentence)
        #expect(error?.kind == kind)
    }
}
