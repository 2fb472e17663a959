import Foundation
import LLaVA
import Testing

/// A model folder that cannot be used: what is wrong, and the sentence that says so.
struct BadCheckpoint: Sendable, CustomTestStringConvertible {
    /// What was done to a good folder.
    let name: String
    /// The kind of failure.
    let kind: EngineError.Kind
    /// The whole sentence; the folder is "FOLDER" in it.
    let sentence: String
    /// Makes the folder wrong.
    let damage: @Sendable (CheckpointCopy) throws -> Void

    init(
        _ name: String, _ kind: EngineError.Kind, _ sentence: String,
        _ damage: @escaping @Sendable (CheckpointCopy) throws -> Void
    ) {
        self.name = name
        self.kind = kind
        self.sentence = sentence
        self.damage = damage
    }

    /// A file of one's own.
    static func file(
        _ file: String, _ text: String?, _ kind: EngineError.Kind, _ sentence: String
    ) -> BadCheckpoint {
        BadCheckpoint("\(file): \(text ?? "none")", kind, sentence) { try $0.put(text, in: file) }
    }

    /// Another member of a JSON file: "config.json", or "config.json text_config" for one inside.
    static func member(
        _ place: String, _ member: String, _ value: any Sendable, _ kind: EngineError.Kind,
        _ sentence: String
    ) -> BadCheckpoint {
        BadCheckpoint("\(place) \(member): \(value)", kind, sentence) { copy in
            let names = place.split(separator: " ").map(String.init)
            try copy.edit(names[0]) { object in
                guard names.count > 1 else { return object[member] = value }
                var inner = object[names[1]] as? [String: Any] ?? [:]
                inner[member] = value
                object[names[1]] = inner
            }
        }
    }

    /// A `tokenizer.json` instead of the folder's `tokenizer.model`.
    static func tokenizer(
        _ name: String, _ kind: EngineError.Kind, _ sentence: String, _ json: String
    ) -> BadCheckpoint {
        BadCheckpoint(name, kind, sentence) {
            try $0.put(nil, in: "tokenizer.model")
            try $0.put(json, in: "tokenizer.json")
        }
    }

    /// A `vocab.json` and a `merges.txt` instead of the folder's `tokenizer.model`, which the class
    /// `GPT2Tokenizer` reads.
    static func pairs(
        _ name: String, _ kind: EngineError.Kind, _ sentence: String,
        vocabulary: String? = #"{"a": 0, "b": 1, "ab": 2, "</s>": 3}"#, merges: String? = "a b\n",
        configuration: String? = #"{"tokenizer_class": "GPT2Tokenizer", "eos_token": "</s>"}"#,
        special: String? = nil
    ) -> BadCheckpoint {
        BadCheckpoint(name, kind, sentence) { copy in
            for file in ["tokenizer.model", "added_tokens.json", "tokenizer_config.json"] {
                try copy.put(nil, in: file)
            }
            let files = [
                "vocab.json": vocabulary, "merges.txt": merges,
                "tokenizer_config.json": configuration, "special_tokens_map.json": special,
            ]
            for case (let file, let text?) in files { try copy.put(text, in: file) }
        }
    }

    /// The folder's tensors as one file whose header has another entry for one of them.
    static func tensor(
        _ name: String, _ kind: EngineError.Kind, _ sentence: String, of tensor: String,
        shape: [Int]
    ) -> BadCheckpoint {
        BadCheckpoint(name, kind, sentence) { try $0.writeTensors(shapes: [tensor: shape]) }
    }

    var testDescription: String { name }

    /// Loads the folder and holds what is thrown against what was expected.
    func expectRefusal() throws {
        let copy = try CheckpointCopy()
        try damage(copy)
        let error = #expect(throws: EngineError.self) {
            _ = try LlavaModel.load(ModelLocation(text: copy.path, template: "vicuna_v1"))
        }
        #expect(error?.message.replacing(copy.path, with: "FOLDER") == sentence)
        #expect(error?.kind == kind)
    }
}
