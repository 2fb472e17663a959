import CKernels
import Glibc

/// Cosines and sines of every position's rotation, shape `(positions, pairs)`.
///
/// Angles are f32 products of position and frequency, as transformers computes them
/// (`LlamaRotaryEmbedding`), so that long contexts agree with it.
struct RotaryTable: Sendable {
    /// Which two elements of a head turn together.
    enum Order: Sendable {
        /// Elements `2i` and `2i + 1`: GGUF files of architecture "llama".
        case adjacent
        /// Elements `i` and `i + pairs`: Hugging Face checkpoints, and NEOX architectures.
        case halves
    }

    /// Positions the table covers.
    let positions: Int
    /// Half of the head dimension.
    let pairs: Int
    private let order: Order
    private let cosines: [Float]
    private let sines: [Float]

    /// Computes the table.
    ///
    /// - Parameters:
    ///   - positions: Positions to cover.
    ///   - headDimension: Elements of a head, even.
    ///   - base: The frequency base θ.
    ///   - positionScale: What positions are multiplied by: 1, or 1/factor for linear scaling.
    ///   - factors: Divisors of the frequencies, `rope_freqs.weight` of LLaMA-3.1 files.
    ///   - order: Which elements turn together.
    init(
        positions: Int, headDimension: Int, base: Float, positionScale: Float, factors: [Float]?,
        order: Order
    ) {
        let pairs = headDimension / 2
        var frequencies = Self.frequencies(headDimension: headDimension, base: base)
        if let factors {
            for pair in 0..<pairs { frequencies[pair] /= factors[pair] }
        }
        var cosines = [Float]()
        var sines = [Float]()
        cosines.reserveCapacity(positions * pairs)
        sines.reserveCapacity(positions * pairs)
        for position in 0..<positions {
            for frequency in frequencies {
                let angle = Float(position) * positionScale * frequency
                cosines.append(cosf(angle))
                sines.append(sinf(angle))
            }
        }
        self.positions = positions
        self.pairs = pairs
        self.order = order
        self.cosines = cosines
        self.sines = sines
    }

    /// How far each pair turns from one position to the next, in radians.
    ///
    /// - Parameters:
    ///   - headDimension: Elements of a head, even.
    ///   - base: The frequency base θ.
    /// - Returns: Shape `(headDimension / 2)`.
    static func frequencies(headDimension: Int, base: Float) -> [Float] {
        (0..<headDimension / 2).map { pair in
            1 / powf(base, Float(2 * pair) / Float(headDimension))
        }
    }

    /// Turns all heads of one row, which lie one after the other, to `position`.
    func rotate(_ row: UnsafeMutablePointer<Float>, heads: Int, position: Int) {
        precondition(position < positions, "position \(position) of a table of \(positions)")
        cosines.withUnsafeBufferPointer { cosines in
            sines.withUnsafeBufferPointer { sines in
                guard let cosine = cosines.baseAddress, let sine = sines.baseAddress else { return }
                for head in 0..<heads {
                    let start = row + head * pairs * 2
                    switch order {
                    case .adjacent:
                        ck_rope_pairs(
                            pairs, cosine + position * pairs, sine + position * pairs, start)
                    case .halves:
                        ck_rope_halves(
                            pairs, cosine + position * pairs, sine + position * pairs, start)
                    }
                }
            }
        }
    }
}
