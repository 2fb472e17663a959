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
    /// The most rows whose product reads each weight once and multiplies at once.
    ///
    /// Beyond it, panels of weights are dequantised for OpenBLAS. The one rule that chooses, so that
    /// a chunk of a prompt is computed the same way wherever it is computed.
    static let fewRows = 8

    /// `output = input · Wᵀ + b` for `rows` rows.
    ///
    /// - Parameters:
    ///   - linear: The layer.
    ///   - input: Shape `(rows, inputs)`, rows one after the other.
    ///   - rows: How many rows.
    ///   - output: Shape `(rows, outputs)`, rows one after the other.
    func apply(
        _ linear: Linear, to input: UnsafePointer<Float>, rows: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        if rows <= Self.fewRows {
            applyByRows(linear, to: input, rows: rows, into: output)
        } else {
            applyByPanels(linear, to: input, rows: rows, into: output)
        }
    }

    /// Decoding: every output is one dot product, whatever the number of rows beside it.
    func applyByRows(
        _ linear: Linear, to input: UnsafePointer<Float>, rows: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        let weight = linear.weight
        let columns = weight.columns
        reserveScratch(floats: columns)
        // Some 64 Ki multiply-adds a claim: long enough to hide the claim, short enough to share.
        pool.forEachRange(count: weight.rows, grain: max(1, 65_536 / columns)) { worker, range in
            let status = ck_dot_rows(
                level, weight.type.kernelType, range.count, columns, weight[range.lowerBound],
                rows, input, columns, output + range.lowerBound, weight.rows,
                scratch(of: worker))
            precondition(status == CK_OK, "the loader let an unusable weight matrix through")
            guard let bias = linear.bias else { return }
            for row in 0..<rows {
                let target = output + row * weight.rows
                for column in range { target[column] += bias[column] }
            }
        }
    }

    /// Prefilling and the vision tower: panels of weights as f32, one `sgemm` each.
    ///
    /// OpenBLAS runs single-threaded below the pool, and a panel's height depends on the layer
    /// alone, so the sums are those of one thread.
    private func applyByPanels(
        _ linear: Linear, to input: UnsafePointer<Float>, rows: Int,
        into output: UnsafeMutablePointer<Float>
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
                blasint(rows), blasint(range.count), blasint(columns),
                1, input, blasint(columns), panel, blasint(columns),
                0, output + range.lowerBound, blasint(weight.rows))
            guard let bias = linear.bias else { return }
            bias.withUnsafeBufferPointer { bias in
                guard let base = bias.baseAddress else { return }
                for row in 0..<rows {
                    ck_add(
                        range.count, base + range.lowerBound,
                        output + row * weight.rows + range.lowerBound)
                }
            }
        }
    }
}
