import Foundation
import ModelFiles
import Testing

@testable import LLaVA

struct TextPromptTests {
    private let scalars = ScalarTokenizer(controls: ["</s>", "<s>", "<image>"])

    private func text(_ string: String) -> [TokenID] { scalars.encodePlain(string) }

    private func small() throws -> SentencePieceTokenizer {
        try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
    }

    @Test func tokenisesTheTextOnEitherSideOfTheImageAlone() throws {
        let tokenizer = try small()
        let template = try ChatTemplate.named("vicuna_v1")
        let prompt = Prompt(
            question: "Why?", template: template, tokenizer: tokenizer, hasImage: true)
        let opening =
            "A chat between a curious user and an artificial intelligence assistant. The "
            + "assistant gives helpful, detailed, and polite answers to the user's questions. "
            + "USER: "
        #expect(
            prompt.segments == [
                .tokens([1] + tokenizer.encodePlain(opening)), .image,
                .tokens(tokenizer.encodePlain("\nWhy? ASSISTANT:")),
            ])
        #expect(Array(prompt.prefix) == Array(prompt.segments[..<2]))
        #expect(Array(prompt.suffix) == [prompt.segments[2]])
        #expect(prompt.hasImage)
    }

    @Test func aChunkAfterTheImageBeginsWithASpaceAndANewline() throws {
        let tokenizer = try small()
        let prompt = Prompt(
            question: "x", template: try .named("llava_v1"), tokenizer: tokenizer, hasImage: true)
        guard case .tokens(let ids) = prompt.suffix.first else {
            Issue.record("the suffix is not text")
            return
        }
        // 29871 and 13 in LLaMA's vocabulary.
        let newline = tokenizer.id(of: "\n") ?? tokenizer.id(of: "<0x0A>")
        #expect(ids.prefix(2).map { $0 } == [tokenizer.id(of: "\u{2581}"), newline])
    }

    @Test func withoutAnImageEverythingIsSuffix() throws {
        let prompt = Prompt(
            question: "x", template: try .named("mistral_instruct"), tokenizer: scalars,
            hasImage: false)
        #expect(prompt.segments == [.tokens([-100] + text("[INST] x [/INST]"))])
        #expect(prompt.prefix.isEmpty)
        #expect(prompt.suffix.count == 1)
        #expect(prompt.tokenCount == 1 + text("[INST] x [/INST]").count)
        #expect(!prompt.hasImage)
    }

    @Test func whatAUserTypesIsNeverAControlTokenNorAnImage() throws {
        let prompt = Prompt(
            question: "a</s><s><image>b", template: try .named("mistral_instruct"),
            tokenizer: scalars, hasImage: true)
        #expect(
            prompt.segments == [
                .tokens([-100] + text("[INST] ")), .image,
                .tokens(text("\na</s><s><image>b [/INST]")),
            ])
    }

    @Test func whatAUserTypesIsNeverAControlTokenInARealVocabularyEither() throws {
        let tokenizer = try small()
        let prompt = Prompt(
            question: "</s><s></s>", template: try .named("llava_v0"), tokenizer: tokenizer,
            hasImage: true)
        #expect(ids(prompt).filter { [0, 1, 2].contains($0) } == [1])
    }

    @Test func controlTokensAcrossTheSeamOfTemplateAndQuestionStayText() throws {
        // The template's text ends in "[INST] " and goes on with " [/INST]": no seam may complete
        // a control token with half of it typed by a user.
        let tokenizer = ScalarTokenizer(controls: ["] <", "> ["], addsBegin: false)
        let prompt = Prompt(
            question: "<x>", template: try .named("mistral_instruct"), tokenizer: tokenizer,
            hasImage: false)
        #expect(prompt.segments == [.tokens(tokenizer.encodePlain("[INST] <x> [/INST]"))])
    }

    @Test func controlTokensOfTheTemplateAreControlTokens() throws {
        let prompt = Prompt(
            question: "Q2", template: try .named("vicuna_v1"), tokenizer: scalars,
            hasImage: false, history: [ConversationTurn(question: "Q1", answer: "</s>")])
        let ids = ids(prompt)
        #expect(ids.suffix(text("USER: Q2 ASSISTANT:").count) == text("USER: Q2 ASSISTANT:")[...])
        // One end of turn, after the answer; the answer's own text is not a second one.
        #expect(ids.filter { $0 == -1 }.count == 1)
    }

    @Test func aConversationIsCutWhereItsEarlierPromptsEnded() throws {
        let history = [("Q1", "A1"), ("Q2", "A2")].map {
            ConversationTurn(question: $0.0, answer: $0.1)
        }
        for (name, hasImage) in [("vicuna_v1", true), ("llava_v0", false), ("qwen_1_5", true)] {
            let template = try ChatTemplate.named(name)
            var earlier: [Prompt.Segment] = []
            for (count, question) in ["Q1", "Q2", "Q3"].enumerated() {
                let prompt = Prompt(
                    question: question, template: template, tokenizer: try small(),
                    hasImage: hasImage, history: Array(history.prefix(count)))
                #expect(prompt.segments.starts(with: earlier))
                #expect(prompt.segments.count == (hasImage ? 3 : 1) + count)
                earlier = prompt.segments
            }
        }
    }

    @Test func aPromptThatDoesNotBeginWithTheEarlierOneIsNotCut() throws {
        // The end of the earlier prompt and what follows it are one token here.
        let tokenizer = ScalarTokenizer(controls: [":!"], addsBegin: false)
        let template = ChatTemplate(
            "x", stopStrings: ["#"], opening: "", afterQuestion: ":", beforeAnswer: "!",
            betweenTurns: "#")
        let prompt = Prompt(
            question: "b", template: template, tokenizer: tokenizer, hasImage: false,
            history: [ConversationTurn(question: "a", answer: "A")])
        #expect(prompt.segments == [.tokens(text("a") + [-1] + text("A#b:"))])
    }

    @Test func theBeginningIsThereOnceAlsoWhereTheTemplateWritesIt() throws {
        var tokenizer = ScalarTokenizer(controls: ["<|begin_of_text|>"])
        tokenizer.beginID = -1
        let prompt = Prompt(
            question: "x", template: try .named("llava_llama_3"), tokenizer: tokenizer,
            hasImage: false)
        guard case .tokens(let ids) = prompt.segments.first else {
            Issue.record("the prompt has no text")
            return
        }
        #expect(ids.prefix(2) == [-1, 1])
        let without = ScalarTokenizer(controls: [], addsBegin: false)
        let bare = Prompt(
            question: "x", template: try .named("plain"), tokenizer: without, hasImage: false)
        #expect(bare.segments == [.tokens(without.encodePlain("x"))])
    }

    @Test func plainWithAnImageIsBeginningAndImage() throws {
        let prompt = Prompt(
            question: "x", template: try .named("plain"), tokenizer: scalars, hasImage: true)
        #expect(prompt.segments == [.tokens([-100]), .image])
        #expect(prompt.suffix.isEmpty)
    }

    // MARK: The reference's prompts

    @Test func givesTheReferencesTokensForEveryGolden() throws {
        let goldens = try JSONDecoder().decode(
            TextFixtures.EngineGoldens.self,
            from: Data(contentsOf: URL(fileURLWithPath: TextFixtures.path("engine/goldens.json"))))
        let template = try ChatTemplate.named("vicuna_v1")
        #expect(goldens.models.count >= 9)
        for model in goldens.models {
            let tokenizer = try TextFixtures.tokenizer("engine/models/\(model.name).text.gguf")
            for run in model.runs {
                #expect(ids(try Prompt(raw: run.prompt, tokenizer: tokenizer)) == run.promptIDs)
                let question = try #require(
                    run.prompt.split(separator: run.picture == nil ? " USER: " : "<image>\n").last)
                let prompt = Prompt(
                    question: String(question.dropLast(" ASSISTANT:".count)), template: template,
                    tokenizer: tokenizer, hasImage: run.picture != nil)
                #expect(ids(prompt) == run.promptIDs)
                #expect(tokenizer.decode(run.greedyIDs) == run.greedyText)
            }
        }
    }

    /// The tokens, with the reference's -200 for the picture.
    private func ids(_ prompt: Prompt) -> [TokenID] {
        prompt.segments.flatMap { segment -> [TokenID] in
            switch segment {
            case .tokens(let ids): ids
            case .image: [-200]
            }
        }
    }

    // MARK: Raw prompts

    @Test func rawTextParsesControlTokensAndOneImage() throws {
        let prompt = try Prompt(raw: "a</s>b<image>\nc", tokenizer: scalars)
        #expect(
            prompt.segments == [
                .tokens([-100] + text("a") + [-1] + text("b")), .image, .tokens(text("\nc")),
            ])
    }

    @Test func rawTextMayBeginOrEndWithTheImageOrHaveNone() throws {
        #expect(
            try Prompt(raw: "<image>", tokenizer: scalars).segments == [.tokens([-100]), .image])
        #expect(
            try Prompt(raw: "<image>a", tokenizer: scalars).segments
                == [.tokens([-100]), .image, .tokens(text("a"))])
        #expect(try Prompt(raw: "a", tokenizer: scalars).segments == [.tokens([-100] + text("a"))])
        #expect(try Prompt(raw: "", tokenizer: scalars).segments == [.tokens([-100])])
    }

    @Test func aCombiningMarkDoesNotHideTheImage() throws {
        let prompt = try Prompt(raw: "a<image>\u{301}b", tokenizer: scalars)
        #expect(
            prompt.segments == [
                .tokens([-100] + text("a")), .image, .tokens(text("\u{301}b")),
            ])
    }

    @Test func moreThanOneImageIsAnErrorThatNamesTheCount() {
        let error = #expect(throws: EngineError.self) {
            try Prompt(raw: "<image><image> and <image>", tokenizer: scalars)
        }
        #expect(error?.kind == .prompt)
        #expect(error?.message.contains("has 3") == true)
    }
}
