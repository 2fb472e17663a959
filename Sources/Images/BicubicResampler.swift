/// Pillow's two-pass bicubic resampling, bit for bit.
///
/// The horizontal pass runs first and rounds to 8 bits; the vertical one works on its result. Both
/// accumulate in 32 bits. Leaving out the rounding in between changes up to 24 % of the pixels of
/// noise. A pass over an axis that keeps its size is a copy, as in Pillow.
///
/// The order is that of Pillow from 2016 to 12, with which LLaVA was made and measured. Pillow 13
/// runs the vertical pass first where the height shrinks much more than the width (its pull request
/// 9549), which changes pixels; it makes no difference where both axes scale alike, as they do in
/// all of LLaVA's preprocessing but the overview picture of v1.6.
struct BicubicResampler {
    let source: ResampleSource
    /// The whole size resampled to, of which a window is computed.
    let width: Int
    let height: Int

    /// The part of the result in the given columns and rows.
    ///
    /// - Complexity: O(rows read * columns * taps), taps being 4 enlarging and
    ///   `4 * source / target` reducing.
    func image(columns: Range<Int>, rows: Range<Int>) -> RGBImage {
        let vertical = BicubicAxis(from: source.height, to: height, window: rows)
        let needed = source.height == height ? rows : vertical.inputs
        let narrowed = horizontalPass(columns: columns, rows: needed)
        guard source.height != height else {
            return RGBImage(width: columns.count, height: rows.count, pixels: narrowed)
        }
        let pixels = verticalPass(
            narrowed, rowBytes: columns.count * 3, firstRow: needed.lowerBound, axis: vertical)
        return RGBImage(width: columns.count, height: rows.count, pixels: pixels)
    }

    /// Resamples rows along x; shape `(rows, columns, 3)`.
    private func horizontalPass(columns: Range<Int>, rows: Range<Int>) -> [UInt8] {
        let axis =
            source.width == width
            ? nil : BicubicAxis(from: source.width, to: width, window: columns)
        let rowBytes = columns.count * 3
        var row = [UInt8](repeating: 0, count: source.width * 3)
        return [UInt8](unsafeUninitializedCapacity: rows.count * rowBytes) { target, count in
            source.image.pixels.withUnsafeBufferPointer { pixels in
                for (index, y) in rows.enumerated() {
                    source.copyRow(y, of: pixels, to: &row)
                    let narrowed = UnsafeMutableBufferPointer(
                        rebasing: target[(index * rowBytes)..<((index + 1) * rowBytes)])
                    if let axis {
                        resample(row, into: narrowed, axis: axis)
                    } else {
                        let kept = row[(columns.lowerBound * 3)..<(columns.upperBound * 3)]
                        _ = narrowed.initialize(fromContentsOf: kept)
                    }
                }
            }
            count = rows.count * rowBytes
        }
    }

    /// Resamples one row along x.
    private func resample(
        _ row: [UInt8], into target: UnsafeMutableBufferPointer<UInt8>, axis: BicubicAxis
    ) {
        row.withUnsafeBufferPointer { samples in
            axis.weights.withUnsafeBufferPointer { weights in
                for x in 0..<axis.starts.count {
                    var sample = axis.starts[x] * 3
                    var weight = x * axis.stride
                    var sums = SIMD4<Int32>(repeating: Self.half)
                    for _ in 0..<axis.counts[x] {
                        let colour = SIMD4<Int32>(
                            Int32(samples[sample]), Int32(samples[sample + 1]),
                            Int32(samples[sample + 2]), 0)
                        sums &+= colour &* weights[weight]
                        sample += 3
                        weight += 1
                    }
                    target.initializeElement(at: 3 * x, to: Self.rounded(sums.x))
                    target.initializeElement(at: 3 * x + 1, to: Self.rounded(sums.y))
                    target.initializeElement(at: 3 * x + 2, to: Self.rounded(sums.z))
                }
            }
        }
    }

    /// Resamples rows along y; input row 0 is source row `firstRow`.
    private func verticalPass(
        _ input: [UInt8], rowBytes: Int, firstRow: Int, axis: BicubicAxis
    ) -> [UInt8] {
        let outputs = axis.starts.count
        var sums = [Int32](repeating: 0, count: rowBytes)
        return [UInt8](unsafeUninitializedCapacity: outputs * rowBytes) { target, count in
            input.withUnsafeBufferPointer { samples in
                sums.withUnsafeMutableBufferPointer { sums in
                    for y in 0..<outputs {
                        sums.update(repeating: Self.half)
                        for tap in 0..<axis.counts[y] {
                            let weight = axis.weights[y * axis.stride + tap]
                            let start = (axis.starts[y] - firstRow + tap) * rowBytes
                            for x in 0..<rowBytes {
                                sums[x] &+= Int32(samples[start + x]) &* weight
                            }
                        }
                        for x in 0..<rowBytes {
                            target.initializeElement(
                                at: y * rowBytes + x, to: Self.rounded(sums[x]))
                        }
                    }
                }
            }
            count = outputs * rowBytes
        }
    }

    /// One half in the fixed point of the weights: sums start with it, to round.
    private static let half: Int32 = 1 << (BicubicAxis.precisionBits - 1)

    private static func rounded(_ sum: Int32) -> UInt8 {
        UInt8(clamping: sum >> BicubicAxis.precisionBits)
    }
}
