import Foundation
import LLaVA
import ModelFiles
import Testing

/// Tokenising and detokenising against sentencepiece, from `Tests/Fixtures/tokenizer`.
@Suite struct GoldenTokenizerTests {
    /// A string and what sentencepiece makes of it.
    struct Encoding: Decodable {
        let text: String
        let ids: [TokenID]
        /// The decoded text where it is not `text`.
        let decoded: String?
        /// The ids when `<s>` and `</s>` are control tokens.
        let special_ids: [TokenID]?
    }

    /// Ids no text encodes to, and their text.
    struct Decoding: Decodable {
        let ids: [TokenID]
        let decoded: String
    }

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/tokenizer")

    let tokenizer: SentencePieceTokenizer

    init() throws {
        let path = Self.folder.appending(path: "tokenizer.gguf").path
        tokenizer = try SentencePieceTokenizer(GGUFFile(path: path))
    }

    /// The rows of a file of JSON lines.
    func rows<Row: Decodable>(_ file: String, as type: Row.Type) throws -> [Row] {
        let data = try Data(contentsOf: Self.folder.appending(path: file))
        return try data.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Row.self, from: Data($0))
        }
    }

    /// The whole text of `ids`, as a generation puts it together.
    func text(of ids: [TokenID]) -> String {
        var bytes = ids.map { tokenizer.pieceBytes($0) }
        if tokenizer.dropsLeadingSpace, bytes.first?.first == UInt8(ascii: " ") {
            bytes[0].removeFirst()
        }
        var assembler = UTF8Assembler()
        return bytes.reduce(into: "") { $0 += assembler.append($1) } + assembler.finish()
    }

    @Test func idsEqualSentencePieceOnEveryString() throws {
        let encodings = try rows("strings.jsonl", as: Encoding.self)
        #expect(encodings.count >= 2000)
        for row in encodings {
            let ids = tokenizer.encode(row.text, parsingSpecial: false)
            #expect(ids == row.ids, "\(row.text.debugDescription)")
        }
    }

    @Test func controlTokensInTextAreParsedOnlyOnRequest() throws {
        let all = try rows("strings.jsonl", as: Encoding.self)
        let encodings = all.filter { $0.special_ids != nil }
        #expect(encodings.count > 50)
        for row in encodings {
            let ids = tokenizer.encode(row.text, parsingSpecial: true)
            #expect(ids == row.special_ids, "\(row.text.debugDescription)")
        }
    }

    @Test func decodingGivesSentencePiecesText() throws {
        // Scalars are compared: String equality would let canonically equal texts pass.
        for row in try rows("strings.jsonl", as: Encoding.self) {
            let expected = row.decoded ?? row.text
            #expect(
                Array(text(of: row.ids).unicodeScalars) == Array(expected.unicodeScalars),
                "\(row.text.debugDescription)")
        }
    }

    @Test func strayBytesBecomeOneReplacementCharacterEach() throws {
        for row in try rows("decodings.jsonl", as: Decoding.self) {
            #expect(
                Array(text(of: row.ids).unicodeScalars) == Array(row.decoded.unicodeScalars),
                "\(row.ids)")
        }
    }
}
