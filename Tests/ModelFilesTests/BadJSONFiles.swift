import ModelFiles

/// JSON files that must be refused.
enum BadJSONFiles {
    static let structure: [BadFile] = [
        .init(
            "a space and nothing else", .malformed,
            Sentence.notJSON(1, "no value begins"), text: " "),
        .init(
            "a number", .malformed,
            "the file must hold an object and holds an integer; fetch it again", text: "1"),
        .init(
            "null", .malformed,
            "the file must hold an object and holds null; fetch it again", text: "null"),
        .init(
            "an array", .malformed,
            "the file must hold an object and holds an array of 2 values; fetch it again",
            text: "[1, 2]"),
        .init(
            "a text", .malformed,
            "the file must hold an object and holds a text; fetch it again", text: "\"{}\""),
        .init(
            "a web page", .malformed,
            Sentence.notJSON(0, "no value begins"), text: "<!DOCTYPE html>"),
        .init(
            "a Git LFS pointer", .malformed,
            Sentence.notJSON(0, "no value begins"),
            text: "version https://git-lfs.github.com/spec/v1\n"),
        .init(
            "a byte order mark", .malformed,
            Sentence.notJSON(0, "no value begins"), text: "\u{FEFF}{}"),
        .init(
            "two bytes a character", .malformed,
            Sentence.notJSON(1, "a name in quotes is missing"), bytes: [0x7B, 0, 0x7D, 0]),
        .init(
            "an object that does not end", .malformed,
            Sentence.notJSON(7, "a comma or a closing brace is missing"), text: "{\"a\": 1"),
        .init(
            "an object that ends as an array", .malformed,
            Sentence.notJSON(7, "a comma or a closing brace is missing"), text: "{\"a\": 1]"),
        .init(
            "an array that does not end", .malformed,
            Sentence.notJSON(11, "a comma or a bracket is missing"), text: "{\"a\": [1, 2"),
        .init(
            "a name without quotes", .malformed,
            Sentence.notJSON(1, "a name in quotes is missing"), text: "{a: 1}"),
        .init(
            "a name in single quotes", .malformed,
            Sentence.notJSON(1, "a name in quotes is missing"), text: "{'a': 1}"),
        .init(
            "a name without a value", .malformed,
            Sentence.notJSON(4, "a colon is missing"), text: "{\"a\"}"),
        .init(
            "a colon without a value", .malformed,
            Sentence.notJSON(5, "no value begins"), text: "{\"a\":}"),
        .init(
            "a comma before the closing brace", .malformed,
            Sentence.notJSON(8, "a name in quotes is missing"), text: "{\"a\": 1,}"),
        .init(
            "a comma before the closing bracket", .malformed,
            Sentence.notJSON(9, "no value begins"), text: "{\"a\": [1,]}"),
        .init(
            "no comma between values", .malformed,
            Sentence.notJSON(9, "a comma or a bracket is missing"), text: "{\"a\": [1 2]}"),
        .init(
            "text behind the end", .malformed,
            Sentence.notJSON(3, "text follows its end"), text: "{} {}"),
        .init(
            "a comment", .malformed,
            Sentence.notJSON(1, "a name in quotes is missing"), text: "{/* none */}"),
        .init(
            "a name that stands twice", .duplicateKey,
            """
            a name may stand once in an object of the file and "a" stands twice; the file was \
            written by a faulty tool, convert or fetch the model again
            """, text: #"{"a": 1, "a": 2}"#),
        .init(
            "a name that stands twice, once escaped", .duplicateKey,
            """
            a name may stand once in an object of the file and "a" stands twice; the file was \
            written by a faulty tool, convert or fetch the model again
            """, text: #"{"a": 1, "\u0061": 2}"#),
        .init(
            "a name with a line end that stands twice", .duplicateKey,
            #"""
            a name may stand once in an object of the file and "a\n" stands twice; the file was \#
            written by a faulty tool, convert or fetch the model again
            """#, text: #"{"a\n": 1, "a\n": 2}"#),
        .init(
            "arrays in arrays without end", .malformed,
            Sentence.notJSON(69, "it is nested more than 64 levels deep"),
            text: "{\"a\": " + String(repeating: "[", count: 100_000)),
        .init(
            "objects in objects without end", .malformed,
            Sentence.notJSON(320, "it is nested more than 64 levels deep"),
            text: String(repeating: "{\"a\":", count: 100_000)),
    ]

    static let values: [BadFile] = [
        .init(
            "a word cut short", .malformed,
            Sentence.notJSON(6, "no value begins"), text: "{\"a\": tru}"),
        .init(
            "a word in capitals", .malformed,
            Sentence.notJSON(6, "no value begins"), text: "{\"a\": True}"),
        .init(
            "NaN", .malformed,
            Sentence.notJSON(6, "no value begins"), text: "{\"a\": NaN}"),
        .init(
            "Infinity", .malformed,
            Sentence.notJSON(6, "no value begins"), text: "{\"a\": Infinity}"),
        .init(
            "a number with a plus", .malformed,
            Sentence.notJSON(6, "no value begins"), text: "{\"a\": +1}"),
        .init(
            "a number with a leading zero", .malformed,
            Sentence.notJSON(8, "a number with a leading 0 ends"), text: "{\"a\": 01}"),
        .init(
            "a hexadecimal number", .malformed,
            Sentence.notJSON(7, "a comma or a closing brace is missing"), text: "{\"a\": 0x10}"),
        .init(
            "a number that begins with its point", .malformed,
            Sentence.notJSON(6, "no value begins"), text: "{\"a\": .5}"),
        .init(
            "a number that ends in its point", .malformed,
            Sentence.notJSON(8, "a number ends in a point"), text: "{\"a\": 1.}"),
        .init(
            "a number without an exponent", .malformed,
            Sentence.notJSON(8, "a number has an empty exponent"), text: "{\"a\": 1e}"),
        .init(
            "a sign without a number", .malformed,
            Sentence.notJSON(7, "no value begins"), text: "{\"a\": -}"),
        .init(
            "a number beyond double precision", .malformed,
            Sentence.notJSON(11, "a number is too large"), text: "{\"a\": 1e999}"),
        .init(
            "a number of 400 digits", .malformed,
            Sentence.notJSON(406, "a number is too large"),
            text: "{\"a\": " + String(repeating: "9", count: 400) + "}"),
        .init(
            "a text that does not end", .malformed,
            Sentence.notJSON(8, "a text has no closing quote or holds a control character"),
            text: "{\"a\": \"x"),
        .init(
            "a text that ends in a backslash", .malformed,
            Sentence.notJSON(10, "an escape is unknown"), text: "{\"a\": \"x\\"),
        .init(
            "a text with a control character", .malformed,
            Sentence.notJSON(7, "a text has no closing quote or holds a control character"),
            text: "{\"a\": \"\u{1}\"}"),
        .init(
            "a text with a line end", .malformed,
            Sentence.notJSON(8, "a text has no closing quote or holds a control character"),
            text: "{\"a\": \"x\ny\"}"),
        .init(
            "an unknown escape", .malformed,
            Sentence.notJSON(9, "an escape is unknown"), text: #"{"a": "\q"}"#),
        .init(
            "an escape of two digits", .malformed,
            Sentence.notJSON(9, "an escape is no hexadecimal number"), text: #"{"a": "\u12"}"#),
        .init(
            "an escape at the end", .malformed,
            Sentence.notJSON(9, "an escape is cut short"), text: #"{"a": "\u12"#),
        .init(
            "an escape of other letters", .malformed,
            Sentence.notJSON(9, "an escape is no hexadecimal number"), text: #"{"a": "\u12G4"}"#),
        .init(
            "the first half of a character", .malformed,
            Sentence.notJSON(13, "half a character stands"), text: #"{"a": "\ud83d"}"#),
        .init(
            "the first half and another character", .malformed,
            Sentence.notJSON(19, "half a character stands"), text: #"{"a": "\ud83d\u0041"}"#),
        .init(
            "the second half of a character", .malformed,
            Sentence.notJSON(13, "half a character stands"), text: #"{"a": "\ude00"}"#),
        .init(
            "a text that is not UTF-8", .malformed,
            Sentence.notJSON(10, "a text is not UTF-8"),
            bytes: Array("{\"a\": \"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)),
        .init(
            "a name that is not UTF-8", .malformed,
            Sentence.notJSON(4, "a text is not UTF-8"),
            bytes: Array("{\"".utf8) + [0xFF] + Array("\": 1}".utf8)),
    ]
}
