import Foundation
import ModelFiles
import Testing

@testable import LLaVA

/// `tokenizer.json` files, as the tokenizers package saves them, against that package's ids.
@Suite struct TokenizerJSONTests {
    /// The tokenizer of a folder that holds one file and its configuration.
    private func tokenizer(
        _ file: String, _ configuration: String, rows: Int = 640
    ) throws -> any Tokenizer {
        try tokenizer(
            String(contentsOfFile: TextFixtures.path(file), encoding: .utf8), configuration, rows)
    }

    private func tokenizer(
        _ json: String, _ configuration: String, _ rows: Int
    ) throws -> any Tokenizer {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "tokenizer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(json.utf8).write(to: folder.appending(path: "tokenizer.json"))
        try Data(configuration.utf8).write(to: folder.appending(path: "tokenizer_config.json"))
        let keys = try CheckpointTokenizer(folder: folder.path).metadata(rows: rows)
        return try CheckpointMetadata(path: folder.path, metadata: keys).tokenizer()
    }

    private let llama = #"{"bos_token": "<s>", "eos_token": {"content": "</s>"}}"#

    @Test(arguments: ["prepend", "metaspace"])
    func llamasFilesEncodeAsSentencePiece(name: String) throws {
        let tokenizer = try tokenizer("tokenizer/\(name).tokenizer.json", llama)
        let rows = try TextFixtures.rows(TextFixtures.Encoding.self, "tokenizer/strings.jsonl")
        #expect(rows.count >= 2000)
        for row in rows {
            #expect(
                tokenizer.encodePlain(row.text) == row.ids, "\(row.text.debugDescription)")
        }
        #expect(tokenizer.beginID == 1 && tokenizer.endIDs == [2] && tokenizer.addsBegin)
        #expect(tokenizer.vocabularySize == 640 && tokenizer.answerCount == 448)
    }

    @Test(arguments: ["llama-bpe", "qwen2", "mpt"])
    func byteLevelFilesEncodeAsTheReference(name: String) throws {
        let end = "<|endoftext|>"
        let tokenizer = try tokenizer(
            "byte-level/\(name).tokenizer.json",
            "{\"bos_token\": \"\(end)\", \"eos_token\": \"\(end)\"}")
        let same = try GGUFFile(path: TextFixtures.path("byte-level/\(name).gguf")).tokenizer()
        struct Row: Decodable { var text: String }
        let rows = try TextFixtures.rows(Row.self, "byte-level/strings.jsonl")
        #expect(rows.count >= 650)
        for row in rows {
            #expect(tokenizer.encodePlain(row.text) == same.encodePlain(row.text))
        }
        #expect(tokenizer.addsBegin == (name == "llama-bpe"))
        #expect(tokenizer.endIDs == same.endIDs)
        #expect(
            tokenizer.encode("a<|im_end|>", parsingSpecial: true)
                == same.encode("a<|im_end|>", parsingSpecial: true))
    }

    private func failure(_ json: String, rows: Int = 640) throws -> EngineError {
        let error = #expect(throws: EngineError.self) { _ = try tokenizer(json, llama, rows) }
        return try #require(error)
    }

    @Test func anotherKindOfTokenizer() throws {
        let error = try failure(#"{"model": {"type": "Unigram", "vocab": []}}"#)
        #expect(error.kind == .unsupportedModel && error.message.contains("Unigram"))
    }

    @Test(arguments: [
        "{}", #"{"model": {}}"#, #"{"model": {"vocab": {}}}"#,
        #"{"model": {"vocab": {"a": "b"}, "merges": []}}"#,
        #"{"model": {"vocab": {"a": -1}, "merges": []}}"#,
        #"{"model": {"vocab": {"a": 640}, "merges": []}}"#,
        #"{"model": {"vocab": {"a": 0, "b": 0}, "merges": []}}"#,
        #"{"model": {"vocab": {"a": 0}, "merges": ["a"]}}"#,
        #"{"model": {"vocab": {"a": 0}, "merges": [["a"]]}}"#,
        #"{"model": {"vocab": {"a": 0}, "merges": [1]}}"#,
        #"{"model": {"byte_fallback": true, "vocab": {"a": 0}, "merges": []}, "#
            + #""added_tokens": [{"id": 0}]}"#,
    ])
    func aFileWithoutItsParts(json: String) throws {
        #expect(try failure(json).kind == .inconsistentModel)
    }

    @Test func wordsThatAreCutInAnUnknownWay() throws {
        let split = #"{"type": "Split", "pattern": {"Regex": "x"}, "behavior": "Isolated"}"#
        let error = try failure(
            "{\"model\": {\"vocab\": {\"a\": 0}, \"merges\": []}, \"pre_tokenizer\": \(split)}")
        #expect(error.kind == .unsupportedModel && error.message.contains("pre_tokenizer"))
    }
}
