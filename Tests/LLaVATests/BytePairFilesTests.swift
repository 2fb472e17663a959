import Foundation
import ModelFiles
import Testing

@testable import LLaVA

/// Folders with `vocab.json` and `merges.txt`: `Tests/Fixtures/byte-level`.
@Suite struct BytePairFilesTests {
    private static let rows = 576

    private func keys(_ folder: String) throws -> [String: GGUFValue] {
        try CheckpointTokenizer(folder: folder).metadata(rows: Self.rows)
    }

    private func tokenizer(_ folder: String) throws -> any Tokenizer {
        try CheckpointMetadata(path: folder, metadata: keys(folder)).tokenizer()
    }

    private func fixture(_ name: String) -> String { TextFixtures.path("byte-level/\(name)") }

    @Test(arguments: [("qwen2", "qwen2"), ("gpt-2", "mpt")])
    func textBecomesTransformersTokens(name: String, source: String) throws {
        let tokenizer = try tokenizer(fixture(name))
        let rows = try TextFixtures.rows(
            [String: TextFixtures.Entry].self, "byte-level/strings.jsonl")
        #expect(rows.count >= 650)
        for row in rows {
            guard case .text(let text) = row["text"],
                case .ids(let ids) = row["\(name), pairs"] ?? row[source]
            else {
                Issue.record("a row lacks its text or its ids")
                return
            }
            #expect(tokenizer.encodePlain(text) == ids, "\(text.debugDescription)")
        }
    }

    @Test func addedTokensComeFromTheConfiguration() throws {
        let tokenizer = try tokenizer(fixture("qwen2"))
        let end = try #require(tokenizer.id(of: "<|im_end|>"))
        #expect(tokenizer.endIDs.contains(end))
        #expect(tokenizer.beginID == nil && !tokenizer.addsBegin)
        #expect(tokenizer.encode("a<|im_end|>", parsingSpecial: true).last == end)
        #expect(!tokenizer.encode("a<|im_end|>", parsingSpecial: false).contains(end))
    }

    @Test func olderFoldersNameThemInFilesOfTheirOwn() throws {
        let tokenizer = try tokenizer(fixture("gpt-2"))
        let end = try #require(tokenizer.id(of: "<|endoftext|>"))
        // The map counts before the configuration, which names a token there is none of.
        #expect(tokenizer.beginID == end && tokenizer.endIDs.contains(end))
        let parts = [tokenizer.encodePlain("a"), [556], tokenizer.encodePlain("b")]
        #expect(tokenizer.encodePlain("a  b") == parts.flatMap { $0 })
    }

    @Test func aClassKnowsItsEndAndMarksItSpecial() throws {
        let copy = try CheckpointCopy(of: URL(fileURLWithPath: fixture("gpt-2")))
        try copy.put(nil, in: "special_tokens_map.json")
        try copy.put(nil, in: "added_tokens.json")
        try copy.put(#"{"tokenizer_class": "GPT2TokenizerFast"}"#, in: "tokenizer_config.json")
        try copy.edit("vocab.json") { $0["<|endoftext|>"] = $0.count }
        let tokenizer = try tokenizer(copy.path)
        let end = try #require(tokenizer.id(of: "<|endoftext|>"))
        #expect(tokenizer.beginID == end && tokenizer.endIDs == [end])
        #expect(tokenizer.encode("<|endoftext|>", parsingSpecial: true) == [end])
    }

    @Test func mergesMayEndInCarriageReturnsAndEmptyLines() throws {
        let copy = try CheckpointCopy(of: URL(fileURLWithPath: fixture("qwen2")))
        let merges = try String(contentsOfFile: copy.path + "/merges.txt", encoding: .utf8)
        try copy.put(
            merges.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n\n", in: "merges.txt")
        #expect(
            try keys(copy.path)["tokenizer.ggml.merges"]
                == keys(fixture("qwen2"))["tokenizer.ggml.merges"])
    }

    @Test func aTokenizerJSONCountsBeforeThem() throws {
        let copy = try CheckpointCopy(of: URL(fileURLWithPath: fixture("qwen2")))
        let json = try String(
            contentsOfFile: fixture("qwen2.tokenizer.json"), encoding: .utf8)
        try copy.put(json, in: "tokenizer.json")
        try copy.put("neither", in: "vocab.json")
        #expect(
            try keys(copy.path)["tokenizer.ggml.merges"]
                == keys(fixture("qwen2"))["tokenizer.ggml.merges"])
        #expect(try CheckpointTokenizer(folder: copy.path).files.count == 2)
    }

    /// A whole folder of Qwen's, its `tokenizer.json` in the old form.
    @Test func aFolderAnswersAndImportsAsWithItsTokenizerJSON() throws {
        let original = FamilyFixture.folder.appending(path: "qwen2")
        let copy = try CheckpointCopy(of: original)
        try copy.put(nil, in: "tokenizer.json")
        for name in ["vocab.json", "merges.txt", "tokenizer_config.json"] {
            try copy.put(
                String(contentsOfFile: fixture("qwen2/\(name)"), encoding: .utf8), in: name)
        }
        let target = copy.path + "-imported"
        defer { try? FileManager.default.removeItem(atPath: target) }
        let written = try ModelImport(folder: copy.path, type: .f16).write(into: target)
        var options = GenerationOptions()
        options.maxTokens = 16
        let question = "What's  in\nthe r\u{E9}sum\u{E9}?"
        let expected = try FamilyFixture.engine(original.path).answer(question, options: options)
        for path in [copy.path, written.text] {
            let answer = try FamilyFixture.engine(path).answer(question, options: options)
            #expect(answer.tokens.map(\.id) == expected.tokens.map(\.id), "\(path)")
        }
    }
}
