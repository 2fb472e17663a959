/// The printable characters that stand for bytes in vocabularies of GPT-2's kind.
///
/// `bytes_to_unicode` in `encoder.py` of the repository openai/gpt-2: printable bytes stand for
/// themselves, the other 68 for U+0100 and up.
struct ByteAlphabet: Sendable {
    /// The UTF-8 of the character of every byte.
    let characters: [[UInt8]]
    private let values: [Unicode.Scalar: UInt8]

    init() {
        var characters: [[UInt8]] = []
        var values: [Unicode.Scalar: UInt8] = [:]
        var next: UInt32 = 0x100
        for byte in UInt8.min...UInt8.max {
            var scalar = Unicode.Scalar(byte)
            switch byte {
            case 33...126, 161...172, 174...255: break
            default:
                // U+0100 to U+0143 are all scalars.
                scalar = Unicode.Scalar(next) ?? scalar
                next += 1
            }
            characters.append(Array(String(scalar).utf8))
            values[scalar] = byte
        }
        self.characters = characters
        self.values = values
    }

    /// The bytes a piece stands for; characters outside the alphabet stand for themselves.
    func bytes(of piece: String) -> [UInt8] {
        var bytes: [UInt8] = []
        append(piece, to: &bytes)
        return bytes
    }

    /// Appends them.
    func append(_ piece: String, to bytes: inout [UInt8]) {
        for scalar in piece.unicodeScalars {
            if let value = values[scalar] {
                bytes.append(value)
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
            }
        }
    }
}
