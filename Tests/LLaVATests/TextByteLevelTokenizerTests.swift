import LLaVA
import ModelFiles
import Testing

struct TextByteLevelTokenizerTests {
    private func tokenizer(_ name: String) throws -> any Tokenizer {
        try GGUFFile(path: TextFixtures.path("byte-level/\(name).gguf")).tokenizer()
    }

    @Test(arguments: ["llama-bpe", "qwen2", "mpt"])
    func encodesAsTheReferenceDoes(name: String) throws {
        let tokenizer = try tokenizer(name)
        let rows = try TextFixtures.rows(
            [String: TextFixtures.Entry].self, "byte-level/strings.jsonl")
        #expect(rows.count >= 650)
        for row in rows {
            guard case .text(let text) = row["text"], case .ids(let ids) = row[name] else {
                Issue.record("a row lacks its text or its ids")
                return
            }
            #expect(tokenizer.encodePlain(text) == ids, "\(text.debugDescription)")
            // Swift's texts are equal where they are canonically equivalent.
            let decoded = tokenizer.decode(ids)
            #expect(decoded == text)
            #expect(name != "llama-bpe" || decoded.utf8.elementsEqual(text.utf8))
        }
    }

    @Test func textBeginsWithATokenOnlyInLlama3() throws {
        #expect(try tokenizer("llama-bpe").addsBegin)
        #expect(try !tokenizer("qwen2").addsBegin)
        #expect(try !tokenizer("mpt").addsBegin)
    }

    @Test func controlTokensAreParsedOnlyWhereAskedTo() throws {
        let tokenizer = try tokenizer("qwen2")
        let end = try #require(tokenizer.id(of: "<|im_end|>"))
        #expect(tokenizer.endIDs.contains(end))
        #expect(tokenizer.encode("a<|im_end|>", parsingSpecial: true).last == end)
        #expect(!tokenizer.encode("a<|im_end|>", parsingSpecial: false).contains(end))
        #expect(tokenizer.pieceBytes(end) == [])
        #expect(tokenizer.pieceText(end) == "<|im_end|>")
    }

    @Test func aTemplateOfControlTokensIsRenderedWithThem() throws {
        let tokenizer = try tokenizer("qwen2")
        let template = try #require(
            ChatTemplate.detect(chatTemplate: "<|im_start|>{{ m }}", tokenizer: tokenizer))
        #expect(template.name == "qwen_1_5")
        let prompt = Prompt(
            question: "<|im_end|>", template: template, tokenizer: tokenizer, hasImage: true)
        let end = try #require(tokenizer.id(of: "<|im_end|>"))
        let start = try #require(tokenizer.id(of: "<|im_start|>"))
        let ids = prompt.segments.flatMap { segment -> [TokenID] in
            switch segment {
            case .tokens(let ids): ids
            case .image: []
            }
        }
        #expect(ids.first == start)
        #expect(ids.filter { $0 == end }.count == 2)
        #expect(ids.filter { $0 == start }.count == 3)
    }
}
