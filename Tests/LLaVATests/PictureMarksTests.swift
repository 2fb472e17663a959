import Foundation
import LLaVA
import Testing

/// Pictures between `<im_start>` and `<im_end>`, as the first LLaVA models have them.
@Suite struct PictureMarksTests {
    /// A prompt and what transformers answers; see `Tests/Fixtures/prompts/README.md`.
    private struct Row: Decodable {
        var template: String
        var question: String
        /// -200 is the picture.
        var promptIDs: [TokenID]
        var greedyIDs: [TokenID]
        var greedyLogprobs: [Float]
    }

    let copy: CheckpointCopy

    init() throws {
        copy = try CheckpointCopy()
        try copy.put(
            #"{"<image>": 448, "<pad>": 449, "<im_start>": 450, "<im_end>": 451}"#,
            in: "added_tokens.json")
    }

    private func load(template: String?) throws -> LlavaModel {
        try LlavaModel.load(
            ModelLocation(text: copy.path, template: template, aspect: .pad, arithmetic: .exact))
    }

    private func marks(_ template: String?) throws -> Bool {
        let template = try load(template: template).requiredTemplate()
        return template.render(question: "x", hasImage: true).contains("<im_start><image><im_end>")
    }

    @Test func answersAsTransformersDoes() throws {
        let goldens = try GoldenFixture.shared.get()
        var options = GenerationOptions()
        options.maxTokens = 24
        let rows = try TextFixtures.rows(Row.self, "prompts/marked.jsonl")
        #expect(rows.count == 5)
        for row in rows {
            let model = try load(template: row.template)
            let prompt = Prompt(
                question: row.question, template: try model.requiredTemplate(),
                tokenizer: model.tokenizer, hasImage: true)
            let ids = prompt.segments.flatMap { segment -> [TokenID] in
                if case .tokens(let ids) = segment { ids } else { [-200] }
            }
            #expect(ids == row.promptIDs, "\(row.template)")
            let engine = try LlavaEngine(model: model, threads: 1)
            try engine.look(at: goldens.picture("landscape"))
            let answer = try engine.answer(row.question, options: options)
            #expect(answer.tokens.map(\.id) == row.greedyIDs, "\(row.template)")
            for (token, logprob) in zip(answer.tokens, row.greedyLogprobs) {
                #expect(abs(token.logprob - logprob) <= 1e-3)
            }
        }
    }

    @Test func theVocabularyTellsWhereTheConfigurationDoesNot() throws {
        #expect(try marks("llava_v1"))
        try copy.put(#"{"<image>": 448, "<pad>": 449}"#, in: "added_tokens.json")
        #expect(try !marks("llava_v1"))
    }

    @Test func theConfigurationIsBelievedBeforeTheVocabulary() throws {
        try copy.edit("config.json") { $0["mm_use_im_start_end"] = false }
        #expect(try !marks("llava_v1"))
        #expect(try marks("llava_v1:marked"))
        try copy.edit("config.json") { $0["mm_use_im_start_end"] = true }
        #expect(try marks("llava_v1"))
        #expect(try !marks("llava_v1:unmarked"))
    }

    @Test func whatTheConfigurationSaysIsKeptByAnImport() throws {
        try copy.edit("config.json") { $0["mm_use_im_start_end"] = false }
        let written = try ModelImport(folder: copy.path, type: .f16).write(
            into: copy.path + "-imported")
        let model = try LlavaModel.load(
            ModelLocation(text: written.text, projector: written.projector, template: "llava_v0"))
        #expect(
            try !model.requiredTemplate().render(question: "x", hasImage: true)
                .contains("<im_start>"))
    }

    @Test func marksThatTheVocabularyLacksAreAnErrorThatSaysWhatToSet() throws {
        try copy.put(#"{"<image>": 448, "<pad>": 449}"#, in: "added_tokens.json")
        let error = #expect(throws: EngineError.self) {
            _ = try load(template: "llava_v1:marked")
        }
        #expect(error?.kind == .inconsistentModel)
        #expect(error?.message.contains("llava_v1:unmarked") == true)
    }

    @Test func theFingerprintKnowsMarksFromNone() throws {
        let marked = try load(template: "llava_v1").fingerprint
        #expect(try load(template: "llava_v1:marked").fingerprint == marked)
        #expect(try load(template: "llava_v1:unmarked").fingerprint != marked)
    }

    @Test func whatAUserTypesIsNoMark() throws {
        let tokenizer = try load(template: "llava_v1").tokenizer
        #expect(!tokenizer.encodePlain("<im_start>").contains(450))
    }
}
