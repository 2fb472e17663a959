import Foundation
import LLaVA
import ModelFiles

/// The recorded texts and vocabularies under Tests/Fixtures.
enum TextFixtures {
    /// A value of a row of `strings.jsonl`: the text, or ids.
    enum Entry: Decodable {
        case text(String)
        case ids([TokenID])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self = .text(text)
            } else {
                self = .ids(try value.decode([TokenID].self))
            }
        }
    }

    /// A text and what sentencepiece makes of it.
    struct Encoding: Decodable {
        var text: String
        var ids: [TokenID]
        /// Where decoding gives another text.
        var decoded: String?
        /// The ids where control tokens in the text are control tokens.
        var specialIDs: [TokenID]?

        enum CodingKeys: String, CodingKey {
            case text, ids, decoded
            case specialIDs = "special_ids"
        }
    }

    /// Tokens and the text sentencepiece makes of them.
    struct Decoding: Decodable {
        var ids: [TokenID]
        var decoded: String
    }

    /// A conversation and the original project's rendering of it.
    struct Rendering: Decodable {
        var template: String
        var questions: [String]
        var answers: [String]
        var image: Bool
        var prompt: String
    }

    /// The part of the engine's goldens that is about text.
    struct EngineGoldens: Decodable {
        struct Model: Decodable {
            var name: String
            var text: String
            var runs: [Run]
        }

        struct Run: Decodable {
            var picture: String?
            var prompt: String
            /// -200 is the picture.
            var promptIDs: [TokenID]
            var greedyIDs: [TokenID]
            var greedyText: String
        }

        var models: [Model]
    }

    /// A file of the demo model.
    static func demo(_ name: String) -> String {
        path("../../Models/demo/\(name)")
    }

    static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)").path
    }

    static func tokenizer(_ name: String) throws -> SentencePieceTokenizer {
        try SentencePieceTokenizer(GGUFFile(path: path(name)))
    }

    static func rows<Row: Decodable>(_ type: Row.Type, _ name: String) throws -> [Row] {
        let lines = try Data(contentsOf: URL(fileURLWithPath: path(name))).split(
            separator: UInt8(ascii: "\n"))
        return try lines.map { try JSONDecoder().decode(type, from: $0) }
    }
}
