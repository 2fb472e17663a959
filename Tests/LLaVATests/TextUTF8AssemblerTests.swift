import LLaVA
import Testing

struct TextUTF8AssemblerTests {
    @Test func holdsACharacterBackUntilItIsWhole() {
        var assembler = UTF8Assembler()
        #expect(assembler.append { $0 += [0xF0, 0x9F] } == "")
        #expect(assembler.append { $0 += [0x99] } == "")
        #expect(assembler.append { $0 += [0x82, 0x61] } == "🙂a")
        #expect(assembler.finish() == "")
    }

    @Test func aByteThatCannotBeginACharacterIsOneMark() {
        var assembler = UTF8Assembler()
        #expect(assembler.append { $0 += [0xFF, 0x61, 0x80] } == "\u{FFFD}a\u{FFFD}")
    }

    @Test func aCharacterThatBreaksOffIsOneMarkPerByte() {
        var assembler = UTF8Assembler()
        #expect(assembler.append { $0 += [0xE2, 0x82] } == "")
        #expect(assembler.append { $0 += [0x61] } == "\u{FFFD}\u{FFFD}a")
        #expect(assembler.append { $0 += [0xF0, 0x9F, 0x99] } == "")
        #expect(assembler.finish() == "\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test(
        arguments: [
            [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80],
        ] as [[UInt8]])
    func overlongSurrogateAndTooLargeFormsAreNoCharacters(bytes: [UInt8]) {
        var assembler = UTF8Assembler()
        let text = assembler.append { $0 += bytes } + assembler.finish()
        #expect(text == String(repeating: "\u{FFFD}", count: bytes.count))
    }

    @Test func cutAnywhereTheTextIsTheSame() {
        let text = "naïve 日本語 🙂 e\u{301} \u{10FFFF}\u{0}"
        let bytes = Array(text.utf8)
        for step in 1...5 {
            var assembler = UTF8Assembler()
            var joined = ""
            for start in stride(from: 0, to: bytes.count, by: step) {
                joined += assembler.append {
                    $0 += bytes[start..<min(start + step, bytes.count)]
                }
            }
            joined += assembler.finish()
            #expect(Array(joined.utf8) == bytes)
        }
    }
}
