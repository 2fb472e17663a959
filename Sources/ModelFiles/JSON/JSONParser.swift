/// Reads JSON texts nobody vouches for (RFC 8259), strictly.
///
/// Unlike Foundation's decoder it refuses a name that stands twice in an object: of two tensors of
/// one name, two readers could each take another. Depth and number of values are bounded, so that a
/// text costs at most some 30 times its size and no recursion runs away.
struct JSONParser {
    /// The deepest nesting; configurations and tokenizers use fewer than 10 levels.
    private static let deepest = 64
    /// The most values; the tokenizer of LLaMA 3, the largest in use, has 1.2 million.
    private static let mostValues = 1 << 23

    private let path: String
    private let bytes: UnsafeRawBufferPointer
    /// What the text is, for messages: "the header".
    private let what: String
    private var position = 0
    private var valueCount = 0

    /// Reads a whole text.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - path: The file, for messages.
    ///   - what: What of the file the text is, for messages.
    /// - Returns: The value.
    /// - Throws: `ModelFileError` of kind `malformed`.
    static func parse(
        _ bytes: UnsafeRawBufferPointer, path: String, what: String
    ) throws(ModelFileError) -> JSONValue {
        var parser = JSONParser(path: path, bytes: bytes, what: what)
        let value = try parser.readValue(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.error("text follows its end") }
        return value
    }

    private init(path: String, bytes: UnsafeRawBufferPointer, what: String) {
        self.path = path
        self.bytes = bytes
        self.what = what
    }

    // MARK: Values

    private mutating func readValue(depth: Int) throws(ModelFileError) -> JSONValue {
        guard depth < Self.deepest else {
            throw error("it is nested more than \(Self.deepest) levels deep")
        }
        valueCount += 1
        guard valueCount <= Self.mostValues else {
            throw error("it has more than \(Self.mostValues) values")
        }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return .object(try readObject(depth: depth))
        case UInt8(ascii: "["): return .array(try readArray(depth: depth))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: return try readNumber()
        }
    }

    private mutating func readObject(depth: Int) throws(ModelFileError) -> JSONObject {
        position += 1
        var members: [JSONObject.Member] = []
        var names: Set<[UInt8]> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return JSONObject(members: []) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw error("a name in quotes is missing") }
            let name = try readString()
            guard names.insert(Array(name.utf8)).inserted else {
                throw ModelFileError(
                    path: path, kind: .duplicateKey,
                    message: "a name may stand once in an object of \(what) and "
                        + "\(name.debugDescription) stands twice; the file was written by a "
                        + "faulty tool, convert or fetch the model again")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("a colon is missing") }
            members.append(.init(name: name, value: try readValue(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("a comma or a closing brace is missing") }
        return JSONObject(members: members)
    }

    private mutating func readArray(depth: Int) throws(ModelFileError) -> [JSONValue] {
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return values }
        repeat {
            values.append(try readValue(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("a comma or a bracket is missing") }
        return values
    }

    private mutating func readWord(
        _ word: String, _ value: JSONValue
    ) throws(ModelFileError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw error("no value begins") }
        position += word.utf8.count
        return value
    }

    private mutating func readNumber() throws(ModelFileError) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let leadsWithZero = peek == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits > 0 else { throw error("no value begins") }
        guard digits == 1 || !leadsWithZero else { throw error("a number with a leading 0 ends") }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard skipDigits() > 0 else { throw error("a number ends in a point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw error("a number has an empty exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw error("a number is too large")
        }
        return .number(number)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        return position - start
    }

    // MARK: Texts

    private mutating func readString() throws(ModelFileError) -> String {
        position += 1
        let start = position
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 32 {
            position += 1
        }
        var text = Array(bytes[start..<position])
        while !take(UInt8(ascii: "\"")) {
            guard let byte = peek, byte >= 32 else {
                throw error("a text has no closing quote or holds a control character")
            }
            position += 1
            if byte == UInt8(ascii: "\\") {
                text += try readEscape().utf8
            } else {
                text.append(byte)
            }
        }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw error("a text is not UTF-8")
        }
        return string
    }

    private mutating func readEscape() throws(ModelFileError) -> String {
        let letter = peek
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw error("an escape is unknown")
        }
        var code = try readHexadecimal()
        if (0xD800...0xDBFF).contains(code), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let low = try readHexadecimal()
            guard (0xDC00...0xDFFF).contains(low) else { throw error("half a character stands") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half a character stands") }
        return String(scalar)
    }

    private mutating func readHexadecimal() throws(ModelFileError) -> UInt32 {
        guard bytes.count - position >= 4 else { throw error("an escape is cut short") }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("an escape is no hexadecimal number")
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 32 || (9...10).contains(byte) || byte == 13 { position += 1 }
    }

    private func error(_ problem: String) -> ModelFileError {
        ModelFileError(
            path: path, kind: .malformed,
            message: "\(what) must be JSON, and at its byte \(position) \(problem); the file is "
                + "damaged or its download did not finish, fetch it again")
    }
}
