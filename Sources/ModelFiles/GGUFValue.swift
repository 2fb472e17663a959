/// A metadata value of a GGUF file.
///
/// The thirteen value types of the format are folded: a caller wants to know that a value is an
/// integer, not how many bits its writer gave it.
public enum GGUFValue: Sendable, Equatable {
    /// U8, U16, U32 or U64.
    case unsigned(UInt64)
    /// I8, I16, I32 or I64.
    case integer(Int64)
    /// F32 or F64.
    case float(Double)
    /// BOOL.
    case bool(Bool)
    /// STRING.
    case string(String)
    /// An array of STRING.
    case strings([String])
    /// An array of F32, or of F64 rounded to single precision.
    case floats([Float])
    /// An array of any integers.
    case integers([Int64])
    /// An array of BOOL.
    case bools([Bool])

    /// What the value is, as a message names it: "a text", "an array of 5 integers".
    public var kindName: String {
        switch self {
        case .unsigned, .integer: "an integer"
        case .float: "a floating-point number"
        case .bool: "a truth value"
        case .string: "a text"
        case .strings(let values): "an array of \(values.count) texts"
        case .floats(let values): "an array of \(values.count) floating-point numbers"
        case .integers(let values): "an array of \(values.count) integers"
        case .bools(let values): "an array of \(values.count) truth values"
        }
    }
}
