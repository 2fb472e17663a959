/// Builds protocol-buffer messages, right or wrong.
struct ProtobufBuilder {
    var bytes: [UInt8] = []

    /// A number in groups of seven bits.
    mutating func putVarint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The number of a field and its wire type.
    mutating func putTag(_ number: UInt64, wireType: UInt64) {
        putVarint(number << 3 | wireType)
    }

    /// A field of wire type 0.
    mutating func put(_ number: UInt64, varint: UInt64) {
        putTag(number, wireType: 0)
        putVarint(varint)
    }

    /// A field of wire type 2.
    mutating func put(_ number: UInt64, bytes content: [UInt8]) {
        putTag(number, wireType: 2)
        putVarint(UInt64(content.count))
        bytes += content
    }

    /// A field of wire type 2 that holds a message.
    mutating func put(_ number: UInt64, message fields: (inout ProtobufBuilder) -> Void) {
        var inner = ProtobufBuilder()
        fields(&inner)
        put(number, bytes: inner.bytes)
    }

    /// A field of wire type 5.
    mutating func put(_ number: UInt64, fixed32: UInt32) {
        putTag(number, wireType: 5)
        withUnsafeBytes(of: fixed32.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A piece of a vocabulary: field 1 of a model.
    mutating func putPiece(_ text: [UInt8], score: Float = 0, type: UInt64 = 1) {
        put(1) {
            $0.put(1, bytes: text)
            $0.put(2, fixed32: score.bitPattern)
            $0.put(3, varint: type)
        }
    }
}
