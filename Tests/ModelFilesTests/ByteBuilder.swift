/// Builds the bytes of a file piece by piece, little-endian.
struct ByteBuilder {
    var bytes: [UInt8] = []

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ text: String) {
        put(Array(text.utf8))
    }

    /// A length of 64 bits, then the bytes: a text as GGUF files store it.
    mutating func put(_ text: [UInt8]) {
        put(UInt64(text.count))
        bytes.append(contentsOf: text)
    }

    mutating func pad(to alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }
}
