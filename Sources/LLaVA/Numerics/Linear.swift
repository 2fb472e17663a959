import CKernels
import COpenBLAS
import ModelFiles
import Threads

/// `y = W x + b`, with `W` of shape `(outputs, inputs)`.
struct Linear: Sendable {
    /// `W`.
    let weight: WeightMatrix
    /// `b`, shape `(outputs)`.
    let bias: [Float]?

    /// Input features.
    var inputs: Int { weight.columns }
    /// Output features.
    var outputs: Int { weight.rows }
}

extension TensorMath {
    /// The most rows of a prompt's chunk whose exact product reads each weight once.
    ///
    /// Beyond it, panels of weights are dequantised for OpenBLAS.
    static let fewRows = 8

    /// Outputs of a panel of tiles: with 4096 columns 1 MiB, half of a core's second-level cache.
    private static let tilePanel = 128

    /// `output = operand · Wᵀ + b`.
    ///
    /// - Parameters:
    ///   - linear: The layer.
    ///   - operand: Rows of `inputs` elements.
    ///   - output: Shape `(rows, outputs)`, rows one after the other.
    func apply(
        _ linear: Linear, to operand: Operand, into output: UnsafeMutablePointer<Float>
    ) {
        precondition(operand.columns == linear.inputs, "rows of another layer's length")
        switch form(of: operand, with: linear.weight.type.kernelType) {
        case .rows: applyByRows(linear, to: operand, into: output)
        case .panels: applyByPanels(linear, to: operand, into: output)
        case .tiles: applyByTiles(linear, to: operand, into: output)
        case .integers: applyByIntegers(linear, to: operand, parts: 1, into: output)
        case .splitIntegers: applyByIntegers(linear, to: operand, parts: 2, into: output)
        case .bfloat16: applyByMatrixUnit(linear, to: operand, into: output)
        }
    }

    /// Every output is one dot product, whatever the number of rows beside it.
    private func applyByRows(
        _ linear: Linear, to operand: Operand, into output: UnsafeMutablePointer<Float>
    ) {
        let weight = linear.weight
        let columns = weight.columns
        reserveScratch(floats: columns)
        // Some 64 Ki multiply-adds a claim: long enough to hide the claim, short enough to share.
        pool.forEachRange(count: weight.rows, grain: max(1, 65_536 / columns)) { worker, range in
            let status = ck_dot_rows(
                level, weight.type.kernelType, range.count, columns, weight[range.lowerBound],
                operand.rows, operand.values, columns, output + range.lowerBound, weight.rows,
                scratch(of: worker))
            precondition(status == CK_OK, "the loader let an unusable weight matrix through")
            add(linear.bias, to: output, rows: operand.rows, range)
        }
    }

    /// Quantised weights as they lie in the file, activations of 8 bits or of two parts of 8.
    private func applyByIntegers(
        _ linear: Linear, to operand: Operand, parts: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        let weight = linear.weight
        let type = weight.type.kernelType
        let product = IntegerProduct(
            math: self, linear: linear, parts: parts, rows: operand.rows,
            rounded: integers(of: operand, parts: parts, for: type), output: output)
        reserveScratch(
            floats: ck_int8_scratch_bytes(type, parts, operand.rows, weight.columns)
                / MemoryLayout<Float>.size + 1)
        // Whole panels of the kernel, and as many for each thread: most widths are multiples of 128.
        let grain = operand.rows > Self.shortChunk ? 128 : 64
        withUnsafePointer(to: product) { product in
            pool.forEachRangeInOrder(count: weight.rows, grain: grain, context: product) {
                context, worker, start, end, expectedEnd in
                context.assumingMemoryBound(to: IntegerProduct.self).pointee
                    .compute(start..<end, worker: worker, following: expectedEnd - end)
            }
        }
    }

    /// What the threads of such a product need to know, without an allocation.
    private struct IntegerProduct {
        /// The caller keeps it; references are not counted on every range.
        unowned(unsafe) let math: TensorMath
        let linear: Linear
        let parts: Int
        let rows: Int
        let rounded: UnsafeRawPointer
        let output: UnsafeMutablePointer<Float>

        func compute(_ outputs: Range<Int>, worker: Int, following: Int) {
            let weight = linear.weight
            let status = ck_matmul_int8(
                math.level, weight.type.kernelType, parts, rows, outputs.count, following,
                weight.columns, rounded, weight[outputs.lowerBound], output + outputs.lowerBound,
                weight.rows, math.scratch(of: worker))
            precondition(status == CK_OK, "the loader let an unusable weight matrix through")
            math.add(linear.bias, to: output, rows: rows, outputs)
        }
    }

    /// Weights as they lie in the file, both rounded to bfloat16.
    private func applyByMatrixUnit(
        _ linear: Linear, to operand: Operand, into output: UnsafeMutablePointer<Float>
    ) {
        let weight = linear.weight
        let rounded = bfloat16(of: operand)
        reserveScratch(
            floats: ck_bfloat16_scratch_bytes(operand.rows, weight.columns)
                / MemoryLayout<Float>.size + 1)
        // A panel of the kernel, or as many whole blocks as give every thread something.
        let share = (weight.rows / pool.threads + 31) / 32 * 32
        let grain = max(32, min(256, share))
        pool.forEachRange(count: weight.rows, grain: grain) { worker, range in
            let status = ck_matmul_bfloat16(
                level, weight.type.kernelType, operand.rows, range.count, weight.columns, rounded,
                weight[range.lowerBound], output + range.lowerBound, weight.rows,
                scratch(of: worker))
            precondition(status == CK_OK, "the loader let an unusable weight matrix through")
            add(linear.bias, to: output, rows: operand.rows, range)
        }
    }

    /// Panels of weights as tiles of 16 bits.
    private func applyByTiles(
        _ linear: Linear, to operand: Operand, into output: UnsafeMutablePointer<Float>
    ) {
        let tiles = tiles(of: operand)
        let weight = linear.weight
        let columns = weight.columns
        // Longer rows make lower panels of the same size, in whole blocks of the kernel.
        let height = max(32, min(Self.tilePanel, Self.tilePanel * 4096 / columns / 32 * 32))
        let panelFloats = (ck_tile_halves(height, columns) + 1) / 2
        reserveScratch(floats: panelFloats + max(4096, columns))
        pool.forEachRange(count: weight.rows, grain: height) { worker, range in
            let room = scratch(of: worker)
            let panel = UnsafeMutableRawPointer(room).assumingMemoryBound(to: UInt16.self)
            let status = ck_pack_weights(
                level, weight.type.kernelType, range.count, columns, weight[range.lowerBound],
                panel, room + panelFloats)
            precondition(status == CK_OK, "the loader let an unusable weight matrix through")
            ck_matmul_tiles(
                level, operand.rows, range.count, columns, tiles, panel,
                output + range.lowerBound, weight.rows)
            add(linear.bias, to: output, rows: operand.rows, range)
        }
    }

    /// Panels of weights as f32, one `sgemm` each.
    ///
    /// OpenBLAS runs single-threaded below the pool, and a panel's height depends on the layer
    /// alone, so the sums are those of one thread.
    private func applyByPanels(
        _ linear: Linear, to operand: Operand, into output: UnsafeMutablePointer<Float>
    ) {
        let weight = linear.weight
        let columns = weight.columns
        // Each panel packs the whole input again: 256 rows keep that under a fifth of the time.
        let height = weight.rows >= 512 ? 256 : 64
        if weight.type != .f32 { reserveScratch(floats: height * columns) }
        pool.forEachRange(count: weight.rows, grain: height) { worker, range in
            let panel: UnsafePointer<Float>
            if weight.type == .f32 {
                panel = weight[range.lowerBound].assumingMemoryBound(to: Float.self)
            } else {
                let values = scratch(of: worker)
                weight.dequantize(rows: range, level: level, into: values)
                panel = UnsafePointer(values)
            }
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans,
                blasint(operand.rows), blasint(range.count), blasint(columns),
                1, operand.values, blasint(columns), panel, blasint(columns),
                0, output + range.lowerBound, blasint(weight.rows))
            add(linear.bias, to: output, rows: operand.rows, range)
        }
    }

    /// Adds a bias to some of the outputs of every row, if there is one.
    private func add(
        _ bias: [Float]?, to output: UnsafeMutablePointer<Float>, rows: Int, _ range: Range<Int>
    ) {
        guard let bias else { return }
        bias.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            for row in 0..<rows {
                ck_add(
                    range.count, base + range.lowerBound,
                    output + row * bias.count + range.lowerBound)
            }
        }
    }
}
