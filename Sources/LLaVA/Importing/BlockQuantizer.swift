import CKernels
import ModelFiles

/// Turns stored rows of one element type into rows of another.
///
/// Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 follow `gguf-py/gguf/quants.py` of the repository
/// ggml-org/llama.cpp byte for byte; the K types and the IQ4 types search for the scales of least
/// squared error, see `quantize_affine.c` and `quantize_scaled.c`.
struct BlockQuantizer {
    /// Why rows cannot be turned into another type.
    enum Failure: Int {
        /// A value is an infinity or not a number.
        case notFinite = 1
        /// A value or a scale is beyond half precision.
        case outOfRange = 2
        /// The stored type is not one whose values are known.
        case unknownSource = 3
    }

    /// How the rows are stored.
    let source: ElementType
    /// How they are to be stored.
    let target: ElementType
    /// Elements of a row, whole blocks of both types.
    let columns: Int
    /// The instructions used; no byte depends on them.
    let level: ck_level

    /// Bytes a row takes after.
    var targetRowBytes: Int { target.byteCount(elements: columns) ?? 0 }

    /// Turns rows.
    ///
    /// - Parameters:
    ///   - rows: The stored bytes of each row.
    ///   - out: Room for as many rows of `targetRowBytes`.
    ///   - values: Room for as many rows of f32 values.
    /// - Returns: Nil if all went well.
    func encode(
        _ rows: [UnsafeRawPointer], into out: UnsafeMutableRawPointer,
        values: UnsafeMutableBufferPointer<Float>
    ) -> Failure? {
        guard let base = values.baseAddress, values.count >= rows.count * columns else {
            preconditionFailure("no room for \(rows.count) rows of \(columns) values")
        }
        for (index, row) in rows.enumerated() {
            let status = ck_dequantize(
                level, source.kernelType, columns, row, base + index * columns)
            guard status == CK_OK else { return .unknownSource }
        }
        let filled = values.prefix(rows.count * columns)
        guard filled.allSatisfy(\.isFinite) else { return .notFinite }
        let status = ck_quantize(level, target.kernelType, filled.count, base, out)
        return status == CK_OK ? nil : .outOfRange
    }
}
