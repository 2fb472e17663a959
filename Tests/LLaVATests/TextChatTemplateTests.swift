import LLaVA
import Testing

struct TextChatTemplateTests {
    @Test func rendersAsTheOriginalProjectsDo() throws {
        let rows = try TextFixtures.rows(TextFixtures.Rendering.self, "prompts/prompts.jsonl")
        #expect(Set(rows.map(\.template)).count == 15)
        for row in rows {
            let template = try ChatTemplate.named(row.template)
            let history = zip(row.questions, row.answers).map {
                ConversationTurn(question: $0, answer: $1)
            }
            let question = try #require(row.questions.last)
            let text = template.render(question: question, hasImage: row.image, history: history)
            #expect(Array(text.utf8) == Array(row.prompt.utf8), "\(row.template): \(text)")
        }
    }

    @Test func llama3PutsEveryTurnBetweenHeaders() throws {
        // The layout Meta publishes for the model: model card of Meta-Llama-3-8B-Instruct.
        let text = try ChatTemplate.named("llava_llama_3").render(
            question: "Q", hasImage: true)
        #expect(
            text.hasSuffix(
                "natural language.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n<image>\nQ"
                    + "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"))
        #expect(
            text.hasPrefix(
                "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou are"))
    }

    @Test func plainIsThePictureAlone() throws {
        let plain = try ChatTemplate.named("plain")
        #expect(plain.render(question: "What is it?", hasImage: true) == "<image>")
        #expect(plain.render(question: "A photo of", hasImage: false) == "A photo of")
        #expect(plain.stopStrings == ["\n"])
    }

    @Test func namesAndAliasesAreUnique() {
        let names = ChatTemplate.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        #expect(ChatTemplate.all.count == 17)
        #expect(ChatTemplate.all.allSatisfy { !$0.stopStrings.isEmpty })
    }

    @Test func anUnknownNameIsAnErrorThatListsTheKnownOnes() {
        let error = #expect(throws: EngineError.self) { try ChatTemplate.named("vicuna") }
        #expect(error?.kind == .template)
        #expect(error?.message.contains("'vicuna'") == true)
        #expect(error?.message.contains("vicuna_v1") == true)
        #expect(error?.message.contains("--template") == true)
        #expect(error?.message.contains("model.template") == true)
    }

    @Test(arguments: [
        ("{{ 'USER: ' + m }} ASSISTANT: ", "vicuna_v1"),
        ("{{ bos_token }}[INST] {{ m }} [/INST]", "mistral_instruct"),
        ("[INST] <<SYS>>\\n{{ s }}<</SYS>>", "llava_llama_2"),
        ("### Human: {{ m }}### Assistant:", "llava_v0"),
    ])
    func tellsTheTemplateFromTheModelsOwn(text: String, name: String) throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        #expect(ChatTemplate.detect(chatTemplate: text, tokenizer: tokenizer)?.name == name)
    }

    @Test func tellsChatMLAndLlama3OnlyWithTheirTokensInTheVocabulary() throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        for (text, pieces, name) in [
            ("<|im_start|>user", ["<|im_start|>", "<|endoftext|>"], "chatml_direct"),
            ("<|im_start|>user", ["<|im_start|>", "\u{120}"], "qwen_1_5"),
            ("<|start_header_id|>", ["<|start_header_id|>"], "llava_llama_3"),
        ] {
            #expect(ChatTemplate.detect(chatTemplate: text, tokenizer: tokenizer) == nil)
            let extended = ScalarTokenizer(controls: pieces)
            #expect(ChatTemplate.detect(chatTemplate: text, tokenizer: extended)?.name == name)
        }
    }

    @Test func tellsTheLlama3sApart() {
        let chat = "<|start_header_id|>user<|end_header_id|>"
        let joy = chat + "<|reserved_special_token_70|>"
        let tokenizer = ScalarTokenizer(
            controls: ["<|start_header_id|>", "<|reserved_special_token_70|>"])
        for (text, hasTiles, name) in [
            (chat, true, "llava_llama_3"), (chat, false, "llama3_chat"),
            (joy, false, "joycaption"),
        ] {
            let found = ChatTemplate.detect(
                chatTemplate: text, hasTiles: hasTiles, tokenizer: tokenizer)
            #expect(found?.name == name)
        }
    }

    /// The prompts of the models' own programs: fpgaminer/joycaption, and the card of
    /// xtuner/llava-llama-3-8b-v1_1-transformers.
    @Test func joyCaptionAndXtunerHaveTheirOwnLayouts() throws {
        let joy = try ChatTemplate.named("joycaption").render(question: "Write.", hasImage: true)
        #expect(
            joy == "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
                + "Cutting Knowledge Date: December 2023\nToday Date: 26 July 2024\n\nYou are a helpful image "
                + "captioner.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
                + "<|reserved_special_token_70|><image><|reserved_special_token_71|>Write.<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n")
        let plain = try ChatTemplate.named("llama3_chat")
            .render(question: "What?", hasImage: true)
        #expect(
            plain == "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n<image>\nWhat?"
                + "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")
    }

    @Test func aTemplateThatCannotBeToldIsAnErrorThatSaysWhatToSet() throws {
        let tokenizer = try TextFixtures.tokenizer("tokenizer/tokenizer.gguf")
        for text in [nil, "{{ message }}"] {
            let error = #expect(throws: EngineError.self) {
                try ChatTemplate.choose(
                    named: nil, chatTemplate: text, tokenizer: tokenizer, path: "m.gguf")
            }
            #expect(error?.kind == .template)
            for part in ["m.gguf", "model.template", "--template", "mistral_instruct"] {
                #expect(error?.message.contains(part) == true)
            }
        }
        let chosen = try ChatTemplate.choose(
            named: "v1", chatTemplate: "[INST]", tokenizer: tokenizer, path: "m.gguf")
        #expect(chosen.name == "vicuna_v1")
    }
}
