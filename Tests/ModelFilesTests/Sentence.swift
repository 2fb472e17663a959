/// The sentences that many kinds of damage share, with what differs.
enum Sentence {
    /// A value the file ends in.
    static func ends(in what: String, needing size: Int, at position: Int, left: Int) -> String {
        let needed = size == 1 ? "1 byte is" : "\(size) bytes are"
        return """
            the file ends inside \(what): \(needed) needed at byte \(position) and \(left) are left; \
            the download did not finish, fetch the file again
            """
    }

    /// A count that the rest of the file could not hold.
    static func count(_ what: String, _ count: UInt64, in bytes: Int, most: Int) -> String {
        """
        \(what) is \(count), but the \(bytes) bytes after it hold at most \(most); the file is \
        damaged or cut short, fetch it again
        """
    }

    /// A text that is not UTF-8.
    static func notUTF8(_ what: String, at position: Int) -> String {
        """
        \(what), at byte \(position), must be UTF-8 and is not; the file is damaged or was written \
        by a faulty converter, convert the model again
        """
    }

    /// The first bytes of another format.
    static func notGGUF(_ letters: String) -> String {
        """
        a GGUF file begins with the letters GGUF, this one with \(letters); name a .gguf file, or \
        convert the model with 'llavactl model import'
        """
    }

    /// An element type by a number no model file of this kind has.
    static func unknownType(_ number: UInt32) -> String {
        """
        tensor 't' is of element type number \(number), which this program does not read; use a \
        file quantised to one of F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, \
        Q6_K, IQ4_NL, IQ4_XS, I8, I16, I32, I64, F64, BF16
        """
    }

    /// A header's length beyond the format's limit.
    static func headerLength(_ length: UInt64) -> String {
        """
        a header has at most 100000000 bytes and the first 8 bytes promise \(length); the file is \
        no safetensors file, name one
        """
    }

    /// An element type the format of safetensors does not have.
    static func unknownType(_ name: String) -> String {
        """
        the element types of the format are BF16, BOOL, F16, F32, F64, F8_E4M3, F8_E5M2, I16, I32, \
        I64, I8, U16, U32, U64, U8, and tensor 'a' is of '\(name)'; the file is damaged or newer \
        than this program
        """
    }

    /// Offsets that are not a beginning and an end.
    static func offsets(_ found: String) -> String {
        """
        data_offsets are two integers, the first from 0 to the second, and those of tensor 'a' are \
        \(found); the file is damaged, fetch it again
        """
    }

    /// Text that breaks the rules of JSON.
    static func notJSON(_ position: Int, _ problem: String, in what: String = "the file") -> String
    {
        """
        \(what) must be JSON, and at its byte \(position) \(problem); the file is damaged or its \
        download did not finish, fetch it again
        """
    }

    /// Bytes that break the rules of protocol buffers.
    static func notProtobuf(_ position: Int, _ problem: String) -> String {
        """
        a SentencePiece model is a protocol-buffer message, and before byte \(position) of a part \
        of this one \(problem); the file is damaged or of another kind, fetch it again
        """
    }
}
