import Foundation
import LLaVA
import ModelFiles
import Testing

/// Where vocabularies of real models are, if they are on this machine.
private let folder = ProcessInfo.processInfo.environment["LLAVA_TEST_VOCABULARIES"]

/// Vocabularies of real models, which are too large and not ours to ship.
///
/// Set `LLAVA_TEST_VOCABULARIES` to the folder `models` of a checkout of ggml-org/llama.cpp; the
/// `.inp` and `.out` files there are texts and the ids of transformers' tokenizers.
@Suite(.enabled(if: folder != nil, "LLAVA_TEST_VOCABULARIES is not set"))
struct TextRealVocabularyTests {
    private func path(_ name: String) throws -> String {
        try #require(folder) + "/ggml-vocab-\(name).gguf"
    }

    private func tokenizer(_ name: String) throws -> any Tokenizer {
        try GGUFFile(path: path(name)).tokenizer()
    }

    @Test(arguments: ["llama-spm", "llama-bpe", "qwen2", "gpt-2", "mpt"])
    func givesTheIDsRecordedBesideTheVocabulary(name: String) throws {
        let tokenizer = try tokenizer(name)
        let texts = String(decoding: try contents(name, "inp"), as: UTF8.self)
            .components(separatedBy: "\n__ggml_vocab_test__\n")
        let ids = String(decoding: try contents(name, "out"), as: UTF8.self)
            .components(separatedBy: "\n")
            .map { $0.split(separator: " ").compactMap { TokenID($0) } }
        #expect(texts.count > 40)
        for (text, expected) in zip(texts, ids) {
            #expect(tokenizer.encodePlain(text) == expected, "\(text.debugDescription)")
            #expect(
                Array(tokenizer.decode(expected).utf8) == Array(text.utf8),
                "\(text.debugDescription)")
        }
    }

    private func contents(_ name: String, _ suffix: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path(name) + "." + suffix))
    }

    @Test(
        arguments: [
            ("", []), (" ", [259]), ("\n", [29871, 13]), ("  hello", [259, 22172]),
            ("hello  world", [22172, 29871, 3186]), ("###", [835]),
            ("</s>", [1533, 29879, 29958]),
            ("<0x0A>", [529, 29900, 29916, 29900, 29909, 29958]),
            (
                "日本語 🙂 naïve",
                [29871, 30325, 30346, 30968, 29871, 243, 162, 156, 133, 1055, 30085, 345]
            ),
            (
                "I'm DON'T 12345",
                [
                    306, 29915, 29885, 360, 1164, 29915, 29911, 29871, 29896, 29906, 29941, 29946,
                    29945,
                ]
            ),
            ("a\n\n b", [263, 13, 13, 289]), ("▁x", [29871, 921]), ("\0a", [29871, 3, 29874]),
        ] as [(String, [TokenID])])
    func encodesAsLlamasOwnTokenizer(text: String, ids: [TokenID]) throws {
        #expect(try tokenizer("llama-spm").encodePlain(text) == ids)
    }

    @Test func parsesControlTokensAsLlamasFirstTokenizer() throws {
        #expect(
            try tokenizer("llama-spm").encode("USER: <s>hi</s> there", parsingSpecial: true)
                == [3148, 1001, 29901, 29871, 1, 7251, 2, 29871, 727])
    }

    @Test(arguments: [("llava_v1", 5199), ("vicuna_v1", 1404)] as [(String, TokenID)])
    func givesTheOriginalsPrompt(template: String, word: TokenID) throws {
        let prompt = Prompt(
            question: "Describe this image in detail.", template: try .named(template),
            tokenizer: try tokenizer("llama-spm"), hasImage: true)
        #expect(
            prompt.segments == [
                .tokens([
                    1, 319, 13563, 1546, 263, 12758, word, 322, 385, 23116, 21082, 20255, 29889,
                    450, 20255, 4076, 8444, 29892, 13173, 29892, 322, 1248, 568, 6089, 304, 278,
                    word, 29915, 29879, 5155, 29889, 3148, 1001, 29901, 29871,
                ]), .image,
                .tokens([
                    29871, 13, 4002, 29581, 445, 1967, 297, 9493, 29889, 319, 1799, 9047, 13566,
                    29901,
                ]),
            ])
    }

    @Test(
        arguments: [
            ("llama-bpe", "Hello world", [9906, 1917]), ("llama-bpe", "  hello", [220, 24748]),
            ("llama-bpe", "I'm DON'T 12345", [40, 2846, 45373, 17773, 220, 4513, 1774]),
            ("llama-bpe", "naïve 日本 🙂", [3458, 38672, 588, 105180, 28584]),
            ("qwen2", "a\n\n b", [64, 271, 293]),
            ("qwen2", "naïve 日本 🙂", [3376, 37572, 586, 75402, 21894, 27484]),
            ("mpt", "  hello", [50276, 25521]),
            ("mpt", "I'm DON'T 12345", [42, 1353, 24694, 8, 53, 1249, 16767]),
        ] as [(String, String, [TokenID])])
    func encodesAsTheModelsOfOtherFamiliesDo(name: String, text: String, ids: [TokenID]) throws {
        #expect(try tokenizer(name).encodePlain(text) == ids)
    }
}
