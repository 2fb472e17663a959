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
        let keys = try keys(json, configuration, rows)
        return try CheckpointMetadata(path: "tokenizer", metadata: keys).tokenizer()
    }

    private func keys(
        _ json: String, _ configuration: String, _ rows: Int
    ) throws -> [String: GGUFValue] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "tokenizer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(json.utf8).write(to: folder.appending(path: "tokenizer.json"))
        try Data(configuration.utf8).write(to: folder.appending(path: "tokenizer_config.json"))
        return try CheckpointTokenizer(folder: folder.path).metadata(rows: rows)
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

    /// The rows behind the vocabulary, as early converters marked them.
    @Test func paddingIsNotFoundInTexts() throws {
        let json = try String(
            contentsOfFile: TextFixtures.path("byte-level/qwen2.tokenizer.json"), encoding: .utf8)
        var keys = try keys(json, #"{"eos_token": "<|im_end|>"}"#, 640)
        guard case .integers(let types)? = keys["tokenizer.ggml.token_type"] else {
            Issue.record("a tokenizer has types of pieces")
            return
        }
        let expected = try CheckpointMetadata(path: "a", metadata: keys).tokenizer()
        keys["tokenizer.ggml.token_type"] = .integers(types.map { $0 == 5 ? 4 : $0 })
        let tokenizer = try CheckpointMetadata(path: "b", metadata: keys).tokenizer()
        let text = "a [PAD600] [PAD639]b"
        #expect(tokenizer.encodePlain(text) == expected.encodePlain(text))
        #expect(tokenizer.answerCount == expected.answerCount)
        #expect(tokenizer.answerCount < 600)
    }

    @Test func textIsComposedWhereTheFileSaysSo() throws {
        let composing = try String(
            contentsOfFile: TextFixtures.path("byte-level/qwen2.tokenizer.json"), encoding: .utf8)
        let step = #""normalizer":{"type":"NFC"}"#
        #expect(composing.contains(step))
        let ends = #"{"eos_token": "<|im_end|>"}"#
        let tokenizer = try tokenizer(composing, ends, 640)
        #expect(tokenizer.encodePlain("e\u{301}") == tokenizer.encodePlain("\u{E9}"))
        let plain = composing.replacingOccurrences(of: step, with: #""normalizer":null"#)
        let other = try self.tokenizer(plain, ends, 640)
        #expect(other.encodePlain("e\u{301}") != other.encodePlain("\u{E9}"))
        let lower = composing.replacingOccurrences(
            of: step, with: #""normalizer":{"type":"Lowercase"}"#)
        let error = #expect(throws: EngineError.self) { _ = try self.tokenizer(lower, ends, 640) }
        #expect(error?.kind == .unsupportedModel && error?.message.contains("normalizer") == true)
    }
}
