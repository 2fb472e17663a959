import LLaVA
import ModelFiles
import Testing

struct TextSentencePieceTokenizerTests {
    private func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

    @Test func encodesTwoThousandTextsAsSentencePieceDoes() throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        let rows = try TextFixtures.rows(
            TextFixtures.Encoding.self, "tokenizer/strings.jsonl")
        #expect(rows.count >= 2000)
        for row in rows {
            let ids = tokenizer.encode(row.text, parsingSpecial: false)
            #expect(ids == row.ids, "\(row.text.debugDescription)")
            #expect(
                scalars(tokenizer.decode(ids)) == scalars(row.decoded ?? row.text),
                "\(row.text.debugDescription)")
        }
    }

    @Test func parsesControlTokensWhereAskedTo() throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        let rows = try TextFixtures.rows(
            TextFixtures.Encoding.self, "tokenizer/strings.jsonl")
        let marked = rows.compactMap { row in row.specialIDs.map { (row.text, $0) } }
        #expect(marked.count >= 50)
        for (text, ids) in marked where !text.contains("<unk>") {
            #expect(
                tokenizer.encode(text, parsingSpecial: true) == ids, "\(text.debugDescription)")
        }
    }

    @Test func decodesTokensNoTextEncodesTo() throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        for row in try TextFixtures.rows(
            TextFixtures.Decoding.self, "tokenizer/decodings.jsonl")
        {
            #expect(scalars(tokenizer.decode(row.ids)) == scalars(row.decoded), "\(row.ids)")
        }
    }

    @Test(arguments: ["user-defined", "without-bytes"])
    func encodesWithUnusualVocabularies(name: String) throws {
        let tokenizer = try TextFixtures.tokenizer("vocabularies/\(name).gguf")
        let rows = try TextFixtures.rows(
            TextFixtures.Encoding.self, "vocabularies/\(name).jsonl")
        #expect(rows.count >= 200)
        for row in rows {
            #expect(
                tokenizer.encode(row.text, parsingSpecial: false) == row.ids,
                "\(row.text.debugDescription)")
        }
    }

    @Test func tellsWhatTheFileSays() throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        let file = try GGUFFile(path: TextFixtures.path("tokenizer/tokenizer.gguf"))
        #expect(try tokenizer.vocabularySize == file.integer("llama.vocab_size"))
        #expect(tokenizer.beginID == 1)
        #expect(tokenizer.endIDs == [2])
        #expect(tokenizer.addsBegin)
        #expect(tokenizer.dropsLeadingSpace)
        #expect(tokenizer.id(of: "</s>") == 2)
        #expect(tokenizer.id(of: "no such piece") == nil)
    }

    @Test func namesPiecesForPeople() throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        #expect(tokenizer.pieceText(2) == "</s>")
        #expect(tokenizer.pieceBytes(2) == [])
        let newline = try #require(tokenizer.id(of: "<0x0A>"))
        #expect(tokenizer.pieceText(newline) == "<0x0A>")
        #expect(tokenizer.pieceBytes(newline) == [0x0A])
        let space = try #require(tokenizer.id(of: "\u{2581}"))
        #expect(tokenizer.pieceText(space) == " ")
        #expect(tokenizer.pieceBytes(space) == [0x20])
    }

    @Test(arguments: [
        ("another-model", "'t5'"), ("no-model", "'tokenizer.ggml.model'"),
        ("no-tokens", "'tokenizer.ggml.tokens'"), ("no-scores", "'tokenizer.ggml.scores'"),
        ("few-scores", "has 3"), ("nan-score", "number 3"),
        ("no-types", "'tokenizer.ggml.token_type'"), ("few-types", "has 3"),
        ("unknown-type", "number 3 is 7"), ("begin-outside", "is 4"),
        ("no-begin", "'tokenizer.ggml.bos_token_id'"), ("no-end", "'tokenizer.ggml.eos_token_id'"),
        ("no-unknown", "'tokenizer.ggml.unknown_token_id'"), ("one-byte", "'<0x01>'"),
    ])
    func refusesABrokenVocabulary(name: String, found: String) throws {
        let error = #expect(throws: EngineError.self) {
            try TextFixtures.tokenizer("vocabularies/broken-\(name).gguf")
        }
        let message = try #require(error?.message)
        #expect(message.contains("broken-\(name).gguf"), "\(message)")
        #expect(message.contains(found), "\(message)")
    }

    @Test func timeGrowsHardlyFasterThanTheText() throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        let clock = ContinuousClock()
        // A run of one letter is the worst case of a merge loop that scans.
        for text in ["a picture of the large red star. ", "a"] {
            let long = String(repeating: text, count: 100_000 / text.utf8.count)
            var ids: [TokenID] = []
            let time = clock.measure { ids = tokenizer.encodePlain(long) }
            #expect(tokenizer.decode(ids) == long)
            #expect(time < .seconds(20), "unoptimised builds take about 1 s: \(time)")
        }
    }
}
