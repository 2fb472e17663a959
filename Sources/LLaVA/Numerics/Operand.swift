import CKernels
import Threads

/// What the rows of an operand are to each other.
enum Phase: Sendable {
    /// A chunk of a prompt, or a picture: always cut the same way, so that the number of rows may
    /// decide how they are computed.
    case prompt
    /// Short chunks of several prompts, side by side: each is computed as it would be alone.
    case prompts
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
}

/// A way to compute the products of an operand with a weight matrix.
enum ProductForm {
    /// Each output as a dot product in single precision.
    case rows
    /// Panels of weights in single precision.
    case panels
    /// Both packed to tiles of 16 bits.
    case tiles
    /// Rows rounded to 8 bits, quantised weights as they lie in the file.
    case integers
    /// The same with rows of 16 bits, in two parts of 8.
    case splitIntegers
    /// Rows packed as bfloat16, weights as they lie in the file.
    case bfloat16
}

extension TensorMath {
    /// The most rows of a prompt's chunk for which weights are not packed to tiles.
    ///
    /// Packing a panel of weights costs as much as some 64 rows do without.
    static let shortChunk = 64

    /// Whether chunks of such a length may be read side by side: then how they are computed must not
    /// depend on how many rows there are.
    func mayBeRead(sideBySide rows: Int) -> Bool {
        usesMatrixUnit || usesTiles && rows <= Self.shortChunk
    }

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
        tileSpace.forget()
        for space in integerSpaces { space.forget() }
        for space in splitSpaces { space.forget() }
        bfloat16Space.forget()
        return Operand(values: values, rows: rows, columns: columns, phase: phase)
    }

    /// How products of an operand with weights of a type are computed.
    func form(of operand: Operand, with type: ck_type) -> ProductForm {
        // The matrix unit does more products of 16 bits than vectors do of 8.
        if usesMatrixUnit && operand.phase != .step { return .bfloat16 }
        let isLong = operand.phase == .prompt && operand.rows > Self.shortChunk
        // Without VNNI a product of 16 bits costs less than two of 8 (docs/performance.md).
        let splitsLong = !usesTiles || level.rawValue >= CK_LEVEL_VNNI.rawValue
        let hasIntegers = operand.columns % 32 == 0 && ck_has_int8(level, type) != 0
        switch arithmetic {
        case .exact:
            return exactForm(of: operand)
        case .accurate:
            if hasIntegers && (splitsLong || !isLong) { return .splitIntegers }
            return operand.phase == .step ? .rows : .tiles
        case .fast:
            guard hasIntegers else {
                guard usesTiles else { return exactForm(of: operand) }
                return isLong ? .tiles : .rows
            }
            // Weights in blocks of 32 meet activations of 8 bits with a scale for 32 in llama.cpp as
            // well: in what all later tokens look back on, 16 bits keep our error the smaller.
            guard isLong && ck_block_elements(type) <= 32 else { return .integers }
            return splitsLong ? .splitIntegers : .tiles
        }
    }

    /// How they are computed in single precision.
    private func exactForm(of operand: Operand) -> ProductForm {
        operand.phase == .step || operand.rows <= Self.fewRows ? .rows : .panels
    }

    /// The rows packed to tiles, for the first product that wants them and those after it.
    func tiles(of operand: Operand) -> UnsafePointer<UInt16> {
        let (rows, columns) = (operand.rows, operand.columns)
        return UnsafePointer(
            tileSpace.filled(bytes: ck_tile_halves(rows, columns) * 2) { room in
                let tiles = room.assumingMemoryBound(to: UInt16.self)
                // A claim is a whole group of tiles.
                pool.forEachRange(count: rows, grain: 16) { _, range in
                    ck_pack_rows(
                        level, range.count, columns, operand.values + range.lowerBound * columns,
                        columns, tiles + ck_tile_halves(range.lowerBound, columns))
                }
            }.assumingMemoryBound(to: UInt16.self))
    }

    /// The rows packed as bfloat16, for the first product that wants them and those after it.
    func bfloat16(of operand: Operand) -> UnsafeRawPointer {
        let (rows, columns) = (operand.rows, operand.columns)
        return UnsafeRawPointer(
            bfloat16Space.filled(bytes: ck_bfloat16_bytes(rows, columns)) { room in
                // A claim is a whole group of rows.
                pool.forEachRange(count: rows, grain: 16) { _, range in
                    ck_round_rows_bfloat16(
                        level, range.count, columns, operand.values + range.lowerBound * columns,
                        columns, room, rows, range.lowerBound)
                }
            })
    }

    /// The rows rounded to 8 bits, for the first product that wants them so and those after it.
    ///
    /// - Parameters:
    ///   - operand: The rows.
    ///   - parts: 1, or 2 for 16 bits in two parts.
    ///   - type: That of the weights they meet.
    /// - Returns: The rounded rows, valid as long as the operand.
    func integers(of operand: Operand, parts: Int, for type: ck_type) -> UnsafeRawPointer {
        let (rows, columns) = (operand.rows, operand.columns)
        let form = ck_int8_form_of(level, type, parts, rows)
        let space = (parts == 1 ? integerSpaces : splitSpaces)[Int(form.rawValue)]
        return UnsafeRawPointer(
            space.filled(bytes: ck_int8_bytes(parts, rows, columns)) { room in
                let rounding = IntegerRounding(
                    math: self, operand: operand, form: form, parts: parts, room: room)
                withUnsafePointer(to: rounding) { rounding in
                    pool.forEachRangeInOrder(count: rows, grain: 4, context: rounding) {
                        context, _, start, end, _ in
                        context.assumingMemoryBound(to: IntegerRounding.self).pointee
                            .round(start..<end)
                    }
                }
            })
    }

    /// What the threads need to know to round rows, without an allocation.
    private struct IntegerRounding {
        /// The caller keeps it; references are not counted on every range.
        unowned(unsafe) let math: TensorMath
        let operand: Operand
        let form: ck_int8_form
        let parts: Int
        let room: UnsafeMutableRawPointer

        func round(_ rows: Range<Int>) {
            ck_quantize_rows_int8(
                math.level, form, parts, rows.count, operand.columns,
                operand.values + rows.lowerBound * operand.columns, operand.columns, room,
                operand.rows, rows.lowerBound)
        }
    }
}
