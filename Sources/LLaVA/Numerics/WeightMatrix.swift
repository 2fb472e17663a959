import CKernels
import ModelFiles

/// A matrix of a model file, in whatever element type the file stores, shape `(rows, columns)`.
///
/// `@unchecked Sendable`: the bytes are a read-only mapping that `owner` keeps alive.
struct WeightMatrix: @unchecked Sendable {
    /// Output features.
    let rows: Int
    /// Input features; a whole number of the type's blocks.
    let columns: Int
    /// How elements are stored.
    let type: ElementType
    /// Bytes a row takes.
    let rowBytes: Int

    private let base: UnsafeRawPointer
    private let owner: any TensorDirectory

    /// Wraps a tensor; the caller has checked the type, and that the shape is what it needs.
    init?(_ entry: TensorEntry, rows: Int, columns: Int, of owner: any TensorDirectory) {
        let rowBytes = ck_row_bytes(entry.type.kernelType, columns)
        let bytes = owner.bytes(of: entry)
        guard rowBytes > 0, bytes.count == rows * rowBytes, let base = bytes.baseAddress else {
            return nil
        }
        self.rows = rows
        self.columns = columns
        self.type = entry.type
        self.rowBytes = rowBytes
        self.base = base
        self.owner = owner
    }

    /// The stored bytes of a row.
    subscript(row: Int) -> UnsafeRawPointer {
        precondition(row >= 0 && row < rows, "row \(row) of a weight matrix of \(rows)")
        return base + row * rowBytes
    }

    /// Writes the f32 values of `range` of rows, shape `(range.count, columns)`.
    func dequantize(
        rows range: Range<Int>, level: ck_level, into target: UnsafeMutablePointer<Float>
    ) {
        guard !range.isEmpty else { return }
        precondition(range.upperBound <= rows, "rows \(range) of a weight matrix of \(rows)")
        let status = ck_dequantize(
            level, type.kernelType, range.count * columns, self[range.lowerBound], target)
        precondition(status == CK_OK, "the loader let an unusable \(type.name) matrix through")
    }
}

extension ElementType {
    /// The same type as the kernels number it; kernels refuse the ones they do not compute with.
    var kernelType: ck_type { ck_type(rawValue: Int32(rawValue)) }

    /// Whether the kernels can compute with this type.
    var isComputable: Bool { ck_block_elements(kernelType) != 0 }
}
