import CKernels
import Threads

/// What the rows of an operand are to each other.
enum Phase: Sendable {
    /// A chunk of a prompt, or a picture: always cut the same way, so that the number of rows may
    /// decide how they are computed.
    case prompt
    /// Steps of answers that are written side by side: a row's result is the same whatever the other
    /// rows are, and however many.
    case step
}

/// Rows that are multiplied with one or several weight matrices.
///
/// Made by `TensorMath.operand`; valid until the next one is made.
struct Operand {
    /// Shape `(rows, columns)`, rows one after the other.
    let values: UnsafePointer<Float>
    let rows: Int
    let columns: Int
    let phase: Phase
    /// How products with it are computed.
    let form: Form

    /// A way to compute products.
    enum Form {
        /// Each output as a dot product in single precision.
        case rows
        /// Panels of weights in single precision.
        case panels
        /// Tiles of bfloat16; the rows are packed already.
        case tiles(UnsafePointer<UInt16>)
        /// Rows rounded to 8 bits, for weights that have such a kernel; for others as `rows`.
        case integers(UnsafeRawPointer)
    }
}

extension TensorMath {
    /// The most rows of a prompt's chunk that are computed as the steps of an answer are.
    ///
    /// Preparing a panel of weights for more rows costs as much as some 64 rows do without.
    static let shortChunk = 64

    /// Prepares rows for products.
    ///
    /// - Parameters:
    ///   - values: Shape `(rows, columns)`; stays unchanged while the operand is used.
    ///   - rows: How many rows.
    ///   - columns: Their length.
    ///   - phase: What the rows are to each other.
    /// - Returns: The operand, valid until the next one is made.
    func operand(
        _ values: UnsafePointer<Float>, rows: Int, columns: Int, phase: Phase
    ) -> Operand {
        Operand(
            values: values, rows: rows, columns: columns, phase: phase,
            form: form(values, rows: rows, columns: columns, phase: phase))
    }

    private func form(
        _ values: UnsafePointer<Float>, rows: Int, columns: Int, phase: Phase
    ) -> Operand.Form {
        switch arithmetic {
        case .exact:
            return phase == .step || rows <= Self.fewRows ? .rows : .panels
        case .accurate:
            return phase == .step ? .rows : packed(values, rows: rows, columns: columns)
        case .fast:
            guard phase == .step || rows <= Self.shortChunk else {
                return packed(values, rows: rows, columns: columns)
            }
            return columns % 32 == 0
                ? rounded(values, rows: rows, columns: columns) : .rows
        }
    }

    private func packed(
        _ values: UnsafePointer<Float>, rows: Int, columns: Int
    ) -> Operand.Form {
        let room = operandRoom(bytes: ck_tile_halves(rows, columns) * 2)
            .assumingMemoryBound(to: UInt16.self)
        // A claim is a whole group of tiles.
        pool.forEachRange(count: rows, grain: 16) { _, range in
            ck_pack_rows_bf16(
                level, range.count, columns, values + range.lowerBound * columns, columns,
                room + ck_tile_halves(range.lowerBound, columns))
        }
        return .tiles(UnsafePointer(room))
    }

    private func rounded(
        _ values: UnsafePointer<Float>, rows: Int, columns: Int
    ) -> Operand.Form {
        let room = operandRoom(bytes: ck_int8_bytes(rows, columns))
        pool.forEachRange(count: rows, grain: 4) { _, range in
            ck_quantize_rows_int8(
                level, range.count, columns, values + range.lowerBound * columns, columns,
                room + ck_int8_bytes(range.lowerBound, columns))
        }
        return .integers(UnsafeRawPointer(room))
    }
}
