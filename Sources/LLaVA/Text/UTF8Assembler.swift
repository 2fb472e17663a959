/// Puts the bytes of tokens together to text, giving out whole characters only.
///
/// A character may be spread over several tokens. Its first bytes are held back until the rest has
/// come, so that the parts joined are the text of all bytes decoded at once. A byte that can be no
/// part of a character becomes one U+FFFD, as in sentencepiece's decoder.
public struct UTF8Assembler: Sendable {
    /// The beginning of a character whose end has not come; at most three bytes.
    private var held: [UInt8] = []
    /// Whole characters: room that is kept from one token to the next.
    private var whole: [UInt8] = []

    /// Makes an assembler that holds nothing.
    public init() {}

    /// Takes the bytes of the next token.
    ///
    /// - Parameter add: Appends any bytes to those that are held back.
    /// - Returns: The characters that are complete now.
    public mutating func append(_ add: (inout [UInt8]) -> Void) -> String {
        add(&held)
        return takeText(isLast: false)
    }

    /// Ends the text.
    ///
    /// - Returns: One U+FFFD for every byte still held back.
    public mutating func finish() -> String { takeText(isLast: true) }

    private mutating func takeText(isLast: Bool) -> String {
        whole.removeAll(keepingCapacity: true)
        var position = 0
        scan: while position < held.count {
            switch form(at: position) {
            case .complete(let length):
                whole += held[position..<position + length]
                position += length
            case .cut where !isLast:
                break scan
            case .cut, .invalid:
                whole += "\u{FFFD}".utf8
                position += 1
            }
        }
        held.removeSubrange(..<position)
        return String(decoding: whole, as: UTF8.self)
    }

    private enum Form {
        case complete(length: Int)
        /// Valid as far as it goes, but the bytes end before the character does.
        case cut
        case invalid
    }

    /// Judges the bytes from `position` by table 3-7 of the Unicode standard, version 15.
    private func form(at position: Int) -> Form {
        let lead = held[position]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0x00...0x7F: return .complete(length: 1)
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return .invalid
        }
        for index in 1..<length {
            guard position + index < held.count else { return .cut }
            let allowed = index == 1 ? second : 0x80...0xBF
            guard allowed.contains(held[position + index]) else { return .invalid }
        }
        return .complete(length: length)
    }
}
