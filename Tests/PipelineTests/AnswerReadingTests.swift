import Testing

@testable import Pipeline

@Suite struct AnswerReadingTests {
    private func data(_ text: String, _ format: Question.Format, schema: JSONValue? = nil)
        -> String?
    {
        AnswerReading.data(
            in: text, for: Question(name: "q", prompt: "p", format: format, schema: schema))
    }

    @Test func proseHasNoData() {
        #expect(data("{}", .text) == nil)
    }

    @Test func jsonIsKeptInCanonicalForm() {
        #expect(
            data(#" {"b": [1, 2.5, null], "a": "x/y"} "#, .json)
                == #"{"a":"x/y","b":[1,2.5,null]}"#)
        #expect(data("```json\n[true]\n```", .json) == "[true]")
        #expect(data("A red ball.", .json) == nil)
        #expect(data(#"{"cut": "#, .json) == nil)
    }

    @Test func whatJsonbCannotHoldIsNoData() {
        #expect(data(#"{"a": "\u0000"}"#, .json) == nil)
        #expect(data("1e999", .json) == nil)
    }

    @Test func aSchemaDecides() {
        let schema = JSONValue.object([
            "type": .string("array"),
            "items": .object([
                "type": .string("object"), "required": .array([.string("shape")]),
                "properties": .object([
                    "shape": .object(["enum": .array([.string("ball"), .string("box")])])
                ]),
            ]),
        ])
        #expect(data(#"[{"shape":"ball"}]"#, .json, schema: schema) != nil)
        #expect(data(#"[{"shape":"cone"}]"#, .json, schema: schema) == nil)
        #expect(data(#"[{"size":1}]"#, .json, schema: schema) == nil)
        #expect(data(#"{"shape":"ball"}"#, .json, schema: schema) == nil)
    }

    @Test(arguments: [
        ("3", "3"), ("Three.", "3"), ("2 people", "2"), ("none", "0"), ("2.5", "2.5"),
    ]) func numbersAreRead(text: String, expected: String) {
        #expect(data(text, .number) == expected)
    }

    @Test func whatIsNoNumberHasNoData() {
        #expect(data("a few", .number) == nil)
        #expect(data("", .number) == nil)
        #expect(data("inf", .number) == nil)
    }

    @Test func yesAndNoAreRead() {
        #expect(data("Yes.", .yesno) == "true")
        #expect(data("no, nothing", .yesno) == "false")
        #expect(data("perhaps", .yesno) == nil)
    }

    @Test func confidenceIsTheGeometricMean() throws {
        #expect(Describer.confidence(of: []) == nil)
        let mean = try #require(Describer.confidence(of: [-0.693_147_2, -0.693_147_2]))
        #expect(abs(mean - 0.5) < 1e-6)
    }
}
