import CKernels
import COpenBLAS
import Glibc
import Threads

/// The arithmetic of one engine: its threads, its instruction level, and scratch space per thread.
///
/// The operations are in extensions beside their parameters: `Linear`, `Norm`, `Activation`,
/// `Attention`. Engine thread only; results depend on the operands and the level, never on the
/// number of threads.
final class TensorMath {
    /// The threads that share each operation.
    let pool: ComputePool
    /// The instructions the kernels use.
    let level: ck_level
    /// How products with weights are computed.
    let arithmetic: Arithmetic
    /// Whether products are computed in 16 bits where 8 are too few.
    let usesTiles: Bool
    /// Whether prompts and pictures go through the matrix unit, in bfloat16.
    let usesMatrixUnit: Bool

    /// The current operand as tiles, if a product has asked for that.
    let tileSpace = OperandSpace()
    /// The current operand rounded to 8 bits, in each form that a product has asked for.
    let integerSpaces = (0..<CK_INT8_FORMS).map { _ in OperandSpace() }
    /// The current operand rounded to two parts of 8 bits, the same.
    let splitSpaces = (0..<CK_INT8_FORMS).map { _ in OperandSpace() }
    /// The current operand packed as bfloat16.
    let bfloat16Space = OperandSpace()

    private var scratchSpaces: [ZeroedMemory]
    private var scratchFloats = 0

    /// Keeps OpenBLAS from using threads of its own below our pool.
    ///
    /// As its FAQ asks of multi-threaded applications; once a process, so never while another
    /// engine is inside a product.
    private static let blasIsSingleThreaded: Void = openblas_set_num_threads(1)

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - threads: Threads that compute, the caller's included.
    ///   - arithmetic: How products are computed, where the machine can.
    ///   - level: The instructions the kernels may use.
    init(threads: Int, arithmetic: Arithmetic, level: ck_level = ck_best_level()) {
        _ = Self.blasIsSingleThreaded
        pool = ComputePool(threads: threads)
        self.level = level
        self.arithmetic = arithmetic.onThisMachine(level)
        usesTiles = self.arithmetic != .exact && ck_has_tiles(level) != 0
        usesMatrixUnit = self.arithmetic != .exact && ck_has_bfloat16(level) != 0
        scratchSpaces = []
    }

    /// Makes sure that every thread has room for `floats` floats; call before the loop.
    func reserveScratch(floats: Int) {
        guard floats > scratchFloats else { return }
        scratchSpaces = (0..<pool.threads).map { _ in ZeroedMemory(floats: floats) }
        scratchFloats = floats
    }

    /// The scratch space of a thread, as large as last reserved.
    func scratch(of worker: Int) -> UnsafeMutablePointer<Float> {
        scratchSpaces[worker].floats
    }

    /// Runs `body` on each row of `0..<rows`, sharing them among the threads.
    func forEachRow(_ rows: Int, _ body: (Int) -> Void) {
        pool.forEachRange(count: rows, grain: 16) { _, range in
            for row in range { body(row) }
        }
    }

    /// `target += source`, shape `(rows, columns)`.
    func add(
        _ source: Matrix, to target: Matrix, rows: Int
    ) {
        forEachRow(rows) { row in ck_add(source.columns, source[row], target[row]) }
    }
}
