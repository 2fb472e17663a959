import CKernels
import Threads

extension TensorMath {
    /// The most elements of a head that the kernel takes.
    static let matrixUnitHead = 256

    /// Prefilling and the vision tower by the matrix unit, a head at a time.
    ///
    /// Parameters are those of `attend`.
    func attendByMatrixUnit(
        _ shape: Attention, queries: UnsafePointer<Float>, rows: Int, over memory: KeysAndValues,
        keyCount: Int, firstPosition: Int?, into output: UnsafeMutablePointer<Float>
    ) {
        let size = shape.headDimension
        let width = shape.heads * size
        reserveScratch(
            floats: ck_attention_scratch_bytes(size, keyCount) / MemoryLayout<Float>.size + 1)
        pool.forEachRange(count: shape.heads) { worker, range in
            for head in range {
                let offset = memory.offset(head: head / shape.group)
                var one = ck_attention_head(
                    type: memory.type, size: size, row_stride: memory.rowStride,
                    keys: memory.keys + offset, values: memory.values + offset,
                    key_count: keyCount, scale: shape.scale)
                let status = ck_attend_bfloat16(
                    level, &one, rows, firstPosition.map { $0 + 1 } ?? 0, queries + head * size,
                    width, output + head * size, width, scratch(of: worker))
                precondition(status == CK_OK, "keys are stored in a type kernels cannot read")
            }
        }
    }
}
