/// A value of a JSON text (RFC 8259).
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A text.
    case string(String)
    /// Values in order.
    case array([JSONValue])
    /// Named values.
    case object(JSONObject)

    /// What the value is, as a message names it: "a text", "an array of 5 values".
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a text"
        case .array(let values): "an array of \(values.count) values"
        case .object: "an object"
        }
    }
}
