import CKernels
import ModelFiles

/// Fills memory with valid blocks of an element type whose values are random.
///
/// The blocks are drawn as they are stored, not quantised from drawn values, so that gigabytes take
/// seconds. Values are centred on zero as far as a type's grid allows; where it does not, the sign
/// of the block's scale is random, so that offsets cancel over a row. Layouts are those of
/// `quant_blocks.h`.
struct RandomBlocks {
    /// How blocks are stored.
    let type: ElementType
    /// The deviation of the values.
    let deviation: Float

    /// The deviation of the numbers a type stores, in units of its scale `d`.
    private var unit: Float {
        // Uniform integers 0..<n have the deviation sqrt((n² - 1) / 12).
        func uniform(_ n: Float) -> Float { ((n * n - 1) / 12).squareRoot() }
        // Sub-block scales: 6 bits in 32...63, or 4 bits in 8...15, or 8 bits in ±64...127.
        let sixBits: Float = 48.39
        let fourBits: Float = 11.73
        let eightBits: Float = 97.26
        // Of the table of IQ4_NL and of 6-bit scales around 32: roots of mean squares.
        let table: Float = 67.44
        let signedSixBits: Float = 18.48
        return switch type {
        case .q8_0: uniform(255)
        case .q4_0, .q4_1: uniform(16)
        case .q5_0, .q5_1: uniform(32)
        case .q2K: fourBits * uniform(4)
        // Numbers -4...3, scales -32...31.
        case .q3K: signedSixBits * Float(5.5).squareRoot()
        case .q4K: sixBits * uniform(16)
        case .q5K: sixBits * uniform(32)
        case .q6K: eightBits * uniform(64)
        case .iq4NL: table
        case .iq4XS: table * signedSixBits
        default: 1
        }
    }

    /// Fills whole blocks.
    ///
    /// - Parameters:
    ///   - target: Memory for a whole number of blocks.
    ///   - source: Where the numbers come from; equal sources give equal bytes.
    func fill(_ target: UnsafeMutableRawBufferPointer, from source: inout RandomSource) {
        guard let base = target.baseAddress else { return }
        let count = target.count / type.bytesPerBlock
        if type.elementsPerBlock == 1 {
            fillNumbers(base, count: count, from: &source)
            return
        }
        // Everything random first: indices into a type's grid may be any bits.
        Self.scatter(target, from: &source)
        let scale = deviation / unit
        for index in 0..<count {
            let block = base + index * type.bytesPerBlock
            let bits = source.next()
            // Blocks differ in scale by up to a quarter, as those of trained weights do.
            let jitter = 0.75 + Float(bits & 0xFFFF) * (0.5 / 65_536)
            finish(block, scale: scale * jitter, isNegative: bits >> 63 == 1)
        }
    }

    private static func scatter(
        _ target: UnsafeMutableRawBufferPointer, from source: inout RandomSource
    ) {
        let whole = target.count / 8
        for index in 0..<whole {
            target.storeBytes(of: source.next(), toByteOffset: index * 8, as: UInt64.self)
        }
        for index in whole * 8..<target.count {
            target[index] = UInt8(truncatingIfNeeded: source.next())
        }
    }

    /// Gives a block of random bytes its scales.
    private func finish(_ block: UnsafeMutableRawPointer, scale: Float, isNegative: Bool) {
        let signed = ck_f16_rounded(isNegative ? -scale : scale)
        func put(_ half: UInt16, at offset: Int) {
            block.storeBytes(of: half.littleEndian, toByteOffset: offset, as: UInt16.self)
        }
        /// A scale and the minimum that centres the numbers `0...2 · middle` on zero.
        func put(scale offset: Int, minimum other: Int, middle: Float, sign: Float) {
            put(ck_f16_rounded(scale), at: offset)
            put(ck_f16_rounded(sign * middle * scale), at: other)
        }
        let bytes = block.assumingMemoryBound(to: UInt8.self)
        switch type {
        case .q4_0, .q5_0, .iq4NL, .iq4XS: put(signed, at: 0)
        case .q8_0:
            put(signed, at: 0)
            // Quantisers never write -128.
            for index in 2..<34 where bytes[index] == 0x80 { bytes[index] = 0x81 }
        case .q4_1: put(scale: 0, minimum: 2, middle: 7.5, sign: -1)
        case .q5_1: put(scale: 0, minimum: 2, middle: 15.5, sign: -1)
        case .q2K:
            // Scale and minimum of 16 elements are the halves of a byte: here equal, 8...15.
            for index in 0..<16 {
                let four = 8 | bytes[index] & 7
                bytes[index] = four | four << 4
            }
            put(scale: 80, minimum: 82, middle: 1.5, sign: 1)
        case .q3K: put(signed, at: 108)
        case .q4K:
            Self.pairScales(bytes + 4)
            put(scale: 0, minimum: 2, middle: 7.5, sign: 1)
        case .q5K:
            Self.pairScales(bytes + 4)
            put(scale: 0, minimum: 2, middle: 15.5, sign: 1)
        case .q6K:
            // Signed scales of 16 elements, away from zero.
            for index in 192..<208 {
                let magnitude = Int8(64 | bytes[index] & 63)
                bytes[index] = UInt8(bitPattern: bytes[index] < 0x80 ? magnitude : -magnitude)
            }
            put(signed, at: 208)
        default: preconditionFailure("\(type.name) has no blocks")
        }
    }

    /// Makes the 12 bytes of scales and minimums of Q4_K and Q5_K eight equal pairs in 32...63.
    private static func pairScales(_ bytes: UnsafeMutablePointer<UInt8>) {
        for index in 0..<4 {
            let low = 32 | bytes[index] & 31
            let high = 32 | bytes[index + 4] & 31
            bytes[index] = low | (high >> 4) << 6
            bytes[index + 4] = low | (high >> 4) << 6
            bytes[index + 8] = (high & 15) | (high & 15) << 4
        }
    }

    /// Plain numbers of a nearly normal distribution: sums of four uniform ones.
    private func fillNumbers(
        _ target: UnsafeMutableRawPointer, count: Int, from source: inout RandomSource
    ) {
        // Four bytes sum to 510 on average, with a deviation of sqrt(4 (256² - 1) / 12).
        let scale = deviation / 147.8
        let chunk = 1024
        let bytePairs: UInt64 = 0x00FF_00FF_00FF_00FF
        let halfPairs: UInt64 = 0x0000_FFFF_0000_FFFF
        withUnsafeTemporaryAllocation(of: Float.self, capacity: chunk) { values in
            guard let numbers = values.baseAddress else { return }
            for start in stride(from: 0, to: count, by: chunk) {
                let length = min(chunk, count - start)
                for index in stride(from: 0, to: length, by: 2) {
                    let bits = source.next()
                    // Sums of neighbouring bytes in lanes of 16 bits, then of neighbouring lanes.
                    let lanes = (bits & bytePairs) &+ (bits >> 8 & bytePairs)
                    let sums = (lanes & halfPairs) &+ (lanes >> 16 & halfPairs)
                    numbers[index] = (Float(UInt32(truncatingIfNeeded: sums)) - 510) * scale
                    if index + 1 < length {
                        numbers[index + 1] = (Float(UInt32(sums >> 32)) - 510) * scale
                    }
                }
                store(numbers, count: length, at: target + start * type.bytesPerBlock)
            }
        }
    }

    private func store(
        _ numbers: UnsafePointer<Float>, count: Int, at target: UnsafeMutableRawPointer
    ) {
        switch type {
        case .f32: target.copyMemory(from: numbers, byteCount: count * 4)
        case .f16:
            ck_f32_to_f16(
                ck_best_level(), count, numbers, target.assumingMemoryBound(to: UInt16.self))
        case .bf16:
            let halves = target.assumingMemoryBound(to: UInt16.self)
            for index in 0..<count { halves[index] = ck_bf16_rounded(numbers[index]) }
        default: preconditionFailure("random weights are not stored as \(type.name)")
        }
    }
}
