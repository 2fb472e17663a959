/// A statement's parameter, sent as text with its type named, so the server guesses nothing.
enum PostgresValue: Sendable, Equatable {
    case bool(Bool)
    case integer(Int64?)
    case double(Double?)
    case text(String?)
    case json(String?)
    case bytes([UInt8]?)
    case byteStrings([[UInt8]])
    case texts([String])
    case integers([Int64?])

    /// The type's number, fixed since PostgreSQL's beginnings
    /// (postgres, src/include/catalog/pg_type.dat).
    var typeID: UInt32 {
        switch self {
        case .bool: 16
        case .integer: 20
        case .double: 701
        case .text: 25
        case .json: 3802
        case .bytes: 17
        case .byteStrings: 1001
        case .texts: 1009
        case .integers: 1016
        }
    }

    /// The value in PostgreSQL's text format; `nil` is NULL.
    var encoded: String? {
        switch self {
        case .bool(let value): value ? "t" : "f"
        case .integer(let value): value.map(String.init)
        case .double(let value): value.map { "\($0)" }
        case .text(let value), .json(let value): value.map(Self.withoutNUL)
        case .bytes(let value): value.map(Self.hexadecimal)
        case .byteStrings(let values): Self.array(of: values.map(Self.hexadecimal))
        case .texts(let values): Self.array(of: values)
        case .integers(let values):
            "{" + values.map { $0.map(String.init) ?? "NULL" }.joined(separator: ",") + "}"
        }
    }

    /// PostgreSQL's text cannot hold U+0000, and C strings end at it: it becomes U+FFFD.
    static func withoutNUL(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }

    /// `\x` and two digits a byte: the text format of `bytea`.
    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text = Array("\\x".utf8)
        text.reserveCapacity(2 + 2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// An array literal with every element quoted, quotes and backslashes escaped.
    private static func array(of values: [String]) -> String {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (index, value) in values.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text.append(UInt8(ascii: "\""))
            for byte in withoutNUL(value).utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    text.append(UInt8(ascii: "\\"))
                }
                text.append(byte)
            }
            text.append(UInt8(ascii: "\""))
        }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }
}
