import Foundation
import Testing

@testable import llavactl

@Suite struct OutputTests {
    @Test func jsonReadsBackAsWhatWasWritten() throws {
        let value = JSONText.object([
            "text": .string("a \"b\" \\ \n\t\u{1}\u{7F} é 猫 😀"), "n": .number(-3),
            "x": .number(0.25), "logprob": .number(Float(-0.1)), "no": .null, "yes": .bool(true),
            "list": .array([.integer(1), .raw("{\"k\":[]}")]),
        ])
        let parsed = try #require(
            try JSONSerialization.jsonObject(with: Data(value.text.utf8)) as? [String: Any])
        #expect(parsed["text"] as? String == "a \"b\" \\ \n\t\u{1}\u{7F} é 猫 😀")
        #expect(parsed["n"] as? Int == -3)
        #expect(parsed["x"] as? Double == 0.25)
        #expect(parsed["no"] is NSNull)
        #expect((parsed["list"] as? [Any])?.count == 2)
        #expect(value.text.hasPrefix("{\"text\":"))
        #expect(value.text.contains("\"logprob\":-0.1,"))
    }

    @Test func jsonHasNoNumbersThatAreNone() {
        #expect(JSONText.number(Double.nan).text == "null")
        #expect(JSONText.number(Float.infinity).text == "null")
    }

    @Test func csvQuotesWhatNeedsIt() {
        #expect(
            CSVOutput.line(["a", "b,c", "say \"x\"", "two\nlines", "", "é"])
                == "a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\",,é")
    }

    @Test(arguments: [
        (0, "0 s"), (45, "45 s"), (60, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min"),
        (360_000, "4 d 4 h"), (-3, "0 s"), (1e12, "very long"),
    ])
    func lengths(seconds: Double, text: String) {
        #expect(TimeText.length(seconds: seconds) == text)
    }

    @Test(arguments: [
        (2.5, "2.5/s"), (120, "120/s"), (0.5, "30/min"), (0.002, "7.2/h"), (0.0001, "0.4/h"),
    ])
    func rates(perSecond: Double, text: String) {
        #expect(TimeText.rate(perSecond: perSecond) == text)
    }

    @Test func momentsAreInUTC() {
        #expect(TimeText.stamp(secondsSince1970: 1_795_417_080.9) == "2026-11-23T06:58:00Z")
    }

    @Test func wrapsAtSpacesAndBreaksLongWords() {
        #expect(DisplayWidth.wrapped("one two three", at: 8) == ["one two", "three"])
        #expect(DisplayWidth.wrapped("abcdefghij kl", at: 4) == ["abcd", "efgh", "ij", "kl"])
        #expect(DisplayWidth.wrapped("", at: 4) == [""])
        #expect(DisplayWidth.wrapped("猫猫猫", at: 4) == ["猫猫", "猫"])
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect(Printable.text("a\u{1B}[2Jb\u{202E}\nc\t") == "a\u{FFFD}[2Jb\u{FFFD}\nc\t")
        #expect(Printable.line("a\nb\r\tc") == "a b\u{FFFD} c")
    }

    @Test func shortensInTheMiddle() {
        #expect(DisplayWidth.shortened("/a/b/c/d.jpg", to: 9) == "/a/b….jpg")
        #expect(DisplayWidth.shortened("/a.jpg", to: 9) == "/a.jpg")
    }
}
