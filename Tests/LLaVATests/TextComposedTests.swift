import Testing

@testable import LLaVA

/// What the tokenizers package's NFC makes of texts the standard library's has trouble with, or
/// composes by newer tables.
struct TextComposedTests {
    @Test(
        arguments: [
            ("", ""), ("caf\u{E9}", "caf\u{E9}"), ("e\u{301}", "\u{E9}"),
            ("a\u{301}\u{323}", "\u{1EA1}\u{301}"), ("\u{212B}", "\u{C5}"),
            ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"), ("\u{958}", "\u{915}\u{93C}"),
            // Decompositions that begin with no starter are put in order with the marks around.
            ("\u{F73}", "\u{F71}\u{F72}"), ("a\u{F72}\u{F73}", "a\u{F71}\u{F72}\u{F72}"),
            ("a\u{F75}\u{323}\u{301}\u{F81}", "\u{1EA1}\u{F71}\u{F71}\u{F80}\u{F74}\u{301}"),
            // Newer than Unicode 9: neither composed nor put in order.
            ("a\u{898}\u{301}\u{323}", "a\u{898}\u{323}\u{301}"),
            ("\u{113C2}\u{113C2}", "\u{113C2}\u{113C2}"), ("\u{1DF6}\u{323}", "\u{1DF6}\u{323}"),
        ])
    func composesAsTheTokenizersPackage(text: String, expected: String) {
        #expect(ComposedText.of(text).utf8.elementsEqual(expected.utf8))
    }
}
