/// The weights of one axis of Pillow's bicubic resampling of 8-bit samples.
///
/// Pillow's `Resample.c` (python-pillow/Pillow, `src/libImaging/Resample.c`, `precompute_coeffs` and
/// `normalize_coeffs_8bpc`): weights are computed and normalised in double precision, then rounded
/// to integers of `precisionBits` fraction bits. Output samples are `first + i` of `i` in `0..<count`.
struct BicubicAxis {
    /// Fraction bits of a weight: 32 bits less 8 of a sample and 2 of headroom.
    static let precisionBits: Int32 = 22

    /// For each output sample, the first input sample it reads.
    let starts: [Int]
    /// For each output sample, how many input samples it reads, at most `stride`.
    let counts: [Int]
    /// Weights, shape `(outputs, stride)`, unused ones 0.
    let weights: [Int32]
    /// Weights reserved for an output sample.
    let stride: Int

    /// Computes the weights for part of an axis.
    ///
    /// - Parameters:
    ///   - input: Samples the axis has.
    ///   - output: Samples it shall have.
    ///   - window: The output samples wanted, within `0..<output`.
    /// - Complexity: O(window * max(1, input / output)).
    init(from input: Int, to output: Int, window: Range<Int>) {
        let scale = Double(input) / Double(output)
        let filterScale = max(scale, 1)
        let support = 2 * filterScale
        stride = Int(support.rounded(.up)) * 2 + 1
        var starts: [Int] = []
        var counts: [Int] = []
        var weights = [Int32](repeating: 0, count: window.count * stride)
        var exact = [Double](repeating: 0, count: stride)
        let inverse = 1 / filterScale
        for (index, position) in window.enumerated() {
            let centre = (Double(position) + 0.5) * scale
            let start = max(Int(centre - support + 0.5), 0)
            let end = min(Int(centre + support + 0.5), input)
            var sum = 0.0
            for sample in start..<end {
                let weight = Self.kernel((Double(sample) - centre + 0.5) * inverse)
                exact[sample - start] = weight
                sum += weight
            }
            for tap in 0..<(end - start) {
                let weight = sum == 0 ? exact[tap] : exact[tap] / sum
                let scaled = weight * Double(1 << Self.precisionBits)
                weights[index * stride + tap] = Int32(scaled + (weight < 0 ? -0.5 : 0.5))
            }
            starts.append(start)
            counts.append(end - start)
        }
        self.starts = starts
        self.counts = counts
        self.weights = weights
    }

    /// The input samples that any output sample reads.
    var inputs: Range<Int> {
        let first = starts.first ?? 0
        let end = zip(starts, counts).map { $0 + $1 }.max() ?? 0
        return first..<end
    }

    /// Keys' cubic with a = -0.5, in the order of operations Pillow uses.
    private static func kernel(_ value: Double) -> Double {
        let a = -0.5
        let t = abs(value)
        if t < 1 { return ((a + 2) * t - (a + 3)) * t * t + 1 }
        if t < 2 { return (((t - 5) * t + 8) * t - 4) * a }
        return 0
    }
}
