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
                sampling: {temperature: 0.5, top_p: 0.9, seed: 7}
                questions:
                  - name: data
                    prompt: Give data.
                    max_tokens: 12
                    format: json
                    schema: {type: object, required: [a], properties: {a: {type: integer}}}
                """, source: "mine.yaml")
        #expect(preset.sampling == SamplingRules(temperature: 0.5, topP: 0.9, seed: 7))
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
