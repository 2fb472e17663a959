import CKernels

/// How keys and values are kept between tokens.
public enum KeyValueStorage: String, Sendable, CaseIterable {
    /// Exact, four bytes an element.
    case f32
    /// Rounded to half floats, half the memory; answers may differ from those of `f32`.
    case f16
    /// Rounded to 8 bits with a scale for 32 elements (Q8_0), little more than a quarter of the memory;
    /// heads are a multiple of 32 elements.
    case int8

    /// What is used where nobody says: exact arithmetic keeps keys and values exact, the others, which
    /// round activations more coarsely than halves do, read half the memory for them.
    public static func usual(for arithmetic: Arithmetic) -> KeyValueStorage {
        arithmetic == .exact ? .f32 : .f16
    }

    /// The kernels' name for it.
    var kernelType: ck_type {
        switch self {
        case .f32: CK_F32
        case .f16: CK_F16
        case .int8: CK_Q8_0
        }
    }

    /// Bytes that a head's part of a key or value takes.
    func rowBytes(_ headDimension: Int) -> Int { ck_row_bytes(kernelType, headDimension) }
}
