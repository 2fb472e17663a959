import LLaVA
import Testing

@testable import Pipeline

@Suite struct PresetTests {
    private func refusal(_ yaml: String) -> String? {
        do {
            _ = try Preset(yaml: yaml, source: "mine.yaml")
            return nil
        } catch {
            #expect(error.failureClass == "preset")
            #expect(error.message.hasPrefix("mine.yaml"))
            return error.message
        }
    }

    @Test func builtInPresetsAreTheEightPromised() throws {
        let presets = try Preset.builtIn()
        #expect(
            presets.map(\.name) == [
                "brief", "detailed", "conversation", "reasoning", "tags", "text", "people",
                "objects",
            ])
        #expect(presets.first?.name == Preset.defaultName)
        #expect(presets.allSatisfy { $0.sampling == .greedy })
        #expect(presets.first?.questions.first?.prompt == "Describe the picture in one sentence.")
        let prompts = presets.flatMap(\.questions).map(\.prompt)
        #expect(prompts.count == 13)
        #expect(
            prompts.last
                == "List every object in the picture as JSON with its shape, color and size.")
    }

    @Test func theJSONBodyGivesThePresetBack() throws {
        for preset in try Preset.builtIn() {
            var stored = try Preset(json: preset.json, version: 3)
            #expect(stored.version == 3)
            stored.version = 0
            #expect(stored == preset)
            #expect(!preset.json.contains("version"))
        }
    }

    @Test func readsEveryKey() throws {
        let preset = try Preset(
            yaml: """
                name: full
                summary: All of it.
                sampling:
                  temperature: 0.5
                  top_k: 40
                  top_p: 0.9
                  min_p: 0.05
                  repetition_penalty: 1.1
                  repetition_guard: false
                  stop: ["\\n\\n", END]
                  seed: 7
                questions:
                  - name: data
                    prompt: Give data.
                    max_tokens: 12
                    format: json
                    schema: {type: object, required: [a], properties: {a: {type: integer}}}
                """, source: "mine.yaml")
        let options = preset.sampling.options(maxTokens: 12, seed: 99)
        #expect(options.temperature == 0.5)
        #expect(options.topK == 40)
        #expect(options.topP == 0.9)
        #expect(options.minP == 0.05)
        #expect(options.repetitionPenalty == 1.1)
        #expect(!options.endsRepetition)
        #expect(options.stopStrings == ["\n\n", "END"])
        #expect(options.maxTokens == 12 && options.seed == 99)
        #expect(preset.sampling.seed == 7)
        #expect(preset.questions.first?.tokenLimit == 12)
        #expect(preset.questions.first?.format == .json)
        #expect(
            preset.questions.first?.schema
                == .object([
                    "type": .string("object"), "required": .array([.string("a")]),
                    "properties": .object(["a": .object(["type": .string("integer")])]),
                ]))
        #expect(try Preset(json: preset.json, version: 0) == preset)
    }

    @Test func loopsEndUnlessThePresetSaysOtherwise() throws {
        #expect(try Preset.builtIn().allSatisfy { $0.sampling.repetitionGuard })
    }

    @Test func bodiesStoredBeforeTheNewerRulesAreReadAndWrittenAsTheyWere() throws {
        let body =
            #"{"name":"a","questions":[{"format":"text","name":"b","prompt":"c"}],"#
            + #""sampling":{"seed":7,"temperature":0.5,"top_p":0.5},"summary":""}"#
        let preset = try Preset(json: body, version: 2)
        #expect(preset.json == body)
        #expect(preset.sampling.topK == 0 && preset.sampling.repetitionGuard)
    }

    @Test func anUnknownKeyNamesItsLine() {
        let message = refusal("name: a\nquestions:\n  - name: b\n    promt: c\n")
        #expect(message?.contains("line 4") == true)
        #expect(message?.contains("'promt'") == true)
    }

    @Test(arguments: [
        ("name: A\nquestions: [{name: a, prompt: b}]", "'A' is not allowed"),
        ("name: a\nquestions: []", "asks 1 to 64 questions"),
        ("name: a", "needs 'questions'"),
        ("questions: [{name: a, prompt: b}]", "needs a 'name'"),
        ("name: a\nquestions: [{name: a}]", "needs a 'name' and a 'prompt'"),
        ("name: a\nquestions: [{name: a, prompt: ' '}]", "empty prompt"),
        ("name: a\nquestions: [{name: a, prompt: '<image> b'}]", "<image>"),
        ("name: a\nquestions: [{name: a, prompt: b, max_tokens: 0}]", "max_tokens"),
        ("name: a\nquestions: [{name: a, prompt: b, max_tokens: 5000}]", "max_tokens"),
        ("name: a\nquestions: [{name: a, prompt: b, max_tokens: x}]", "whole number"),
        ("name: a\nquestions: [{name: a, prompt: b, format: xml}]", "'xml' is unknown"),
        ("name: a\nquestions: [{name: a, prompt: b}, {name: a, prompt: c}]", "two questions"),
        ("name: a\nquestions: [{name: a, prompt: b, schema: {}}]", "format: json"),
        (
            "name: a\nquestions: [{name: a, prompt: b, format: json, schema: {pattern: x}}]",
            "'pattern'"
        ),
        ("name: a\nsampling: {temperature: -1}\nquestions: [{name: a, prompt: b}]", "temperature"),
        ("name: a\nsampling: {top_p: 0}\nquestions: [{name: a, prompt: b}]", "top_p"),
        ("name: a\nsampling: {top_k: -1}\nquestions: [{name: a, prompt: b}]", "top_k is -1"),
        ("name: a\nsampling: {top_k: 1.5}\nquestions: [{name: a, prompt: b}]", "whole number"),
        ("name: a\nsampling: {min_p: 1}\nquestions: [{name: a, prompt: b}]", "min_p is 1.0"),
        (
            "name: a\nsampling: {repetition_penalty: 0}\nquestions: [{name: a, prompt: b}]",
            "repetition_penalty is 0.0: give 0.1 to 10.0"
        ),
        (
            "name: a\nsampling: {repetition_guard: 3}\nquestions: [{name: a, prompt: b}]",
            "true or false"
        ),
        ("name: a\nsampling: {stop: ['']}\nquestions: [{name: a, prompt: b}]", "of 0 bytes"),
        ("name: a\nsampling: {stop: [[]]}\nquestions: [{name: a, prompt: b}]", "is a text"),
        ("name: a\nsampling: {seed: -1}\nquestions: [{name: a, prompt: b}]", "seed"),
        ("name: [a", "not YAML"),
        ("", "empty"),
        ("- a", "list of keys"),
    ]) func refusesWithASentence(yaml: String, part: String) {
        let message = refusal(yaml)
        #expect(message?.contains(part) == true, "\(message ?? "was accepted")")
    }

    @Test func refusesAPromptThatIsTooLong() {
        let long = String(repeating: "x", count: 4001)
        #expect(
            refusal("name: a\nquestions: [{name: a, prompt: \(long)}]")?.contains("4001") == true)
    }

    @Test func refusesAFileThatIsTooLarge() {
        #expect(refusal(String(repeating: "#", count: 70_000))?.contains("65536") == true)
    }

    @Test func aStoredBodyThatIsNoPresetIsRefused() {
        #expect(throws: PipelineError.self) { try Preset(json: "{}", version: 1) }
        #expect(throws: PipelineError.self) {
            try Preset(
                json: #"{"name":"A","summary":"","questions":[],"sampling":{}}"#, version: 1)
        }
    }
}
