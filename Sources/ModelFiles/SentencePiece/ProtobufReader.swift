/// A cursor over the fields of a protocol-buffer message nobody vouches for.
///
/// The encoding is that of protobuf.dev/programming-guides/encoding. Nothing is copied, and no
/// length is believed before it was held against the bytes that are left.
struct ProtobufReader {
    /// A field of a message.
    enum Field {
        /// Wire type 0.
        case varint(UInt64)
        /// Wire type 1.
        case fixed64
        /// Wire type 2: a text, bytes or a message.
        case bytes(UnsafeRawBufferPointer)
        /// Wire type 5.
        case fixed32(UInt32)
    }

    private let path: String
    private let message: UnsafeRawBufferPointer
    private var position = 0

    init(path: String, message: UnsafeRawBufferPointer) {
        self.path = path
        self.message = message
    }

    /// Reads the next field.
    ///
    /// - Returns: Its number and value; nil at the end of the message.
    /// - Throws: `ModelFileError` of kind `malformed`.
    mutating func next() throws(ModelFileError) -> (number: Int, field: Field)? {
        guard position < message.count else { return nil }
        let tag = try varint()
        guard let number = Int(exactly: tag >> 3), (1..<1 << 29).contains(number) else {
            throw error("a field has the number \(tag >> 3)")
        }
        switch tag & 7 {
        case 0: return (number, .varint(try varint()))
        case 1:
            _ = try take(8)
            return (number, .fixed64)
        case 2:
            let length = try varint()
            guard length <= UInt64(message.count - position) else {
                throw error(
                    "a field of \(length) bytes begins before the last "
                        + "\(message.count - position)")
            }
            return (number, .bytes(try take(Int(length))))
        case 5:
            let bits = try take(4).loadUnaligned(as: UInt32.self)
            return (number, .fixed32(UInt32(littleEndian: bits)))
        default: throw error("a field has the wire type \(tag & 7)")
        }
    }

    /// An error at the cursor.
    func error(_ problem: String) -> ModelFileError {
        ModelFileError(
            path: path, kind: .malformed,
            message: "a SentencePiece model is a protocol-buffer message, and before byte "
                + "\(position) of a part of this one \(problem); the file is damaged or of "
                + "another kind, fetch it again")
    }

    private mutating func varint() throws(ModelFileError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < message.count else { throw error("a number is cut short") }
            let byte = message[position]
            position += 1
            // The tenth byte holds the 64th bit alone.
            guard shift < 63 || byte <= 1 else { throw error("a number does not fit 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw error("a number does not fit 64 bits")
    }

    private mutating func take(_ count: Int) throws(ModelFileError) -> UnsafeRawBufferPointer {
        guard message.count - position >= count else { throw error("a field is cut short") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: message[position..<position + count])
    }
}
