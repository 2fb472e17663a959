/// A JSON value whose members keep their order, as the contract lists them.
///
/// Foundation's encoder either sorts keys or leaves their order to chance, and needs a type for
/// every shape; verbs only ever write.
indirect enum JSONText: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONText])
    case object([(String, JSONText)])
    /// A document that is JSON text already, such as a jsonb column.
    case raw(String)

    static func == (one: JSONText, other: JSONText) -> Bool { one.text == other.text }

    /// An object of the members that are there.
    static func object(_ members: KeyValuePairs<String, JSONText>) -> JSONText {
        .object(members.map { ($0.key, $0.value) })
    }

    /// A whole number of any width.
    static func number(_ value: some BinaryInteger) -> JSONText { .integer(Int64(value)) }

    /// A text, or `null`.
    static func optional(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

    /// A whole number, or `null`.
    static func optional(_ value: (some BinaryInteger)?) -> JSONText {
        value.map { .integer(Int64($0)) } ?? .null
    }

    /// A list of texts.
    static func strings(_ texts: [String]) -> JSONText { .array(texts.map { .string($0) }) }

    /// A single-precision number with the digits it has, not those of its double.
    static func number(_ value: Float) -> JSONText {
        value.isFinite ? .raw("\(value)") : .null
    }

    /// The value as one line of JSON.
    var text: String {
        var result = ""
        append(to: &result)
        return result
    }

    private func append(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .integer(let value): result += "\(value)"
        case .number(let value): result += value.isFinite ? "\(value)" : "null"
        case .string(let text): Self.quote(text, into: &result)
        case .raw(let text): result += text
        case .array(let values):
            result += "["
            for (index, value) in values.enumerated() {
                if index > 0 { result += "," }
                value.append(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { result += "," }
                Self.quote(member.0, into: &result)
                result += ":"
                member.1.append(to: &result)
            }
            result += "}"
        }
    }

    /// Writes a string by RFC 8259 section 7: quotes, backslashes and controls are escaped.
    private static func quote(_ text: String, into result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }

    /// The value as a person or a spreadsheet wants it: texts bare, `null` as nothing, lists of
    /// texts joined by commas.
    var plain: String {
        switch self {
        case .null: ""
        case .string(let text): text
        case .array(let values): values.map(\.plain).joined(separator: ",")
        default: text
        }
    }
}
