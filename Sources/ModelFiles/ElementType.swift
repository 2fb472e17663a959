/// How the numbers of a tensor are stored.
///
/// Raw values are the type numbers of GGUF files; numbers and block sizes are those of `ggml.h`
/// and `ggml-common.h` in the repository ggml-org/llama.cpp. Types that only ever hold activations
/// (Q8_1, Q8_K) and retired ones are left out: they do not occur in model files.
public enum ElementType: UInt32, Sendable, CaseIterable {
    /// IEEE single precision.
    case f32 = 0
    /// IEEE half precision.
    case f16 = 1
    /// 4 bits and a scale for 32 elements.
    case q4_0 = 2
    /// 4 bits, a scale and a minimum for 32 elements.
    case q4_1 = 3
    /// 5 bits and a scale for 32 elements.
    case q5_0 = 6
    /// 5 bits, a scale and a minimum for 32 elements.
    case q5_1 = 7
    /// 8 bits and a scale for 32 elements.
    case q8_0 = 8
    /// 2 bits with two levels of scales for 256 elements.
    case q2K = 10
    /// 3 bits with two levels of scales for 256 elements.
    case q3K = 11
    /// 4 bits with two levels of scales for 256 elements.
    case q4K = 12
    /// 5 bits with two levels of scales for 256 elements.
    case q5K = 13
    /// 6 bits with two levels of scales for 256 elements.
    case q6K = 14
    /// 4 bits into a table of 16 values, and a scale for 32 elements.
    case iq4NL = 20
    /// 4 bits into a table of 16 values with two levels of scales for 256 elements.
    case iq4XS = 23
    /// Signed integers of 8 bits.
    case i8 = 24
    /// Signed integers of 16 bits.
    case i16 = 25
    /// Signed integers of 32 bits.
    case i32 = 26
    /// Signed integers of 64 bits.
    case i64 = 27
    /// IEEE double precision.
    case f64 = 28
    /// The upper half of an IEEE single.
    case bf16 = 30

    /// How many elements are stored together; 1 for plain numbers.
    public var elementsPerBlock: Int {
        switch self {
        case .f32, .f16, .bf16, .f64, .i8, .i16, .i32, .i64: 1
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4NL: 32
        case .q2K, .q3K, .q4K, .q5K, .q6K, .iq4XS: 256
        }
    }

    /// How many bytes a block of `elementsPerBlock` elements takes.
    public var bytesPerBlock: Int {
        switch self {
        case .i8: 1
        case .f16, .bf16, .i16: 2
        case .f32, .i32: 4
        case .f64, .i64: 8
        case .q4_0, .iq4NL: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q2K: 84
        case .q3K: 110
        case .iq4XS: 136
        case .q4K: 144
        case .q5K: 176
        case .q6K: 210
        }
    }

    /// The name people know the type by, such as "Q4_K".
    public var name: String {
        switch self {
        case .f32: "F32"
        case .f16: "F16"
        case .q4_0: "Q4_0"
        case .q4_1: "Q4_1"
        case .q5_0: "Q5_0"
        case .q5_1: "Q5_1"
        case .q8_0: "Q8_0"
        case .q2K: "Q2_K"
        case .q3K: "Q3_K"
        case .q4K: "Q4_K"
        case .q5K: "Q5_K"
        case .q6K: "Q6_K"
        case .iq4NL: "IQ4_NL"
        case .iq4XS: "IQ4_XS"
        case .i8: "I8"
        case .i16: "I16"
        case .i32: "I32"
        case .i64: "I64"
        case .f64: "F64"
        case .bf16: "BF16"
        }
    }

    /// How many bytes a row of `elements` elements takes.
    ///
    /// - Parameter elements: A count of elements.
    /// - Returns: Nil if the row is not whole blocks, or its size does not fit an `Int`.
    public func byteCount(elements: Int) -> Int? {
        guard elements >= 0, elements % elementsPerBlock == 0 else { return nil }
        let (size, overflow) = (elements / elementsPerBlock)
            .multipliedReportingOverflow(by: bytesPerBlock)
        return overflow ? nil : size
    }
}
