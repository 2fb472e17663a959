import CKernels
import ModelFiles

/// Turns f32 values into the bytes of an element type.
///
/// Quantisation follows `gguf-py/gguf/quants.py` of the repository ggml-org/llama.cpp, bit for bit.
enum BlockQuantizer {
    /// Encodes whole blocks.
    ///
    /// - Parameters:
    ///   - values: Finite values, a multiple of the type's block.
    ///   - type: F32, F16, BF16, Q8_0 or Q4_0.
    /// - Returns: The bytes; nil if a value does not fit half precision.
    static func bytes(_ values: [Float], as type: ElementType) -> [UInt8]? {
        switch type {
        case .f32: return values.withUnsafeBytes { Array($0) }
        case .f16:
            let halves = values.map { ck_f16_rounded($0) }
            // All bits of the exponent: an infinity, which no finite value should become.
            guard !halves.contains(where: { $0 & 0x7C00 == 0x7C00 }) else { return nil }
            return halves.withUnsafeBytes { Array($0) }
        case .bf16: return values.map { ck_bf16_rounded($0) }.withUnsafeBytes { Array($0) }
        case .q8_0: return blocks(values, encode: appendEightBits)
        case .q4_0: return blocks(values, encode: appendFourBits)
        default: preconditionFailure("no import writes \(type.name)")
        }
    }

    private static let blockElements = 32

    private static func blocks(
        _ values: [Float], encode: (ArraySlice<Float>, inout [UInt8]) -> Bool
    ) -> [UInt8]? {
        precondition(values.count % blockElements == 0, "values are not whole blocks")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count / blockElements * 34)
        for start in stride(from: 0, to: values.count, by: blockElements) {
            guard encode(values[start..<start + blockElements], &bytes) else { return nil }
        }
        return bytes
    }

    /// Q8_0: `d = max|x| / 127`, `q = round(x / d)`, halves away from zero.
    private static func appendEightBits(_ block: ArraySlice<Float>, _ bytes: inout [UInt8]) -> Bool
    {
        let scale = block.reduce(0) { max($0, abs($1)) } / 127
        guard appendScale(scale, &bytes) else { return false }
        let inverse = scale == 0 ? 0 : 1 / scale
        for value in block {
            let rounded = (value * inverse).rounded(.toNearestOrAwayFromZero)
            bytes.append(UInt8(bitPattern: Int8(max(-127, min(127, rounded)))))
        }
        return true
    }

    /// Q4_0: `d` = the value of largest magnitude / -8, `q = min(15, int(x / d + 8.5))`.
    private static func appendFourBits(_ block: ArraySlice<Float>, _ bytes: inout [UInt8]) -> Bool {
        var widest: Float = 0
        for value in block where abs(value) > abs(widest) { widest = value }
        let scale = widest / -8
        guard appendScale(scale, &bytes) else { return false }
        let inverse = scale == 0 ? 0 : 1 / scale
        let numbers = block.map { value in
            UInt8(max(0, min(15, (Double(value) * Double(inverse) + 8.5).rounded(.towardZero))))
        }
        // Element j in the low half of byte j, element j + 16 in its high half.
        for index in 0..<16 { bytes.append(numbers[index] | numbers[index + 16] << 4) }
        return true
    }

    private static func appendScale(_ scale: Float, _ bytes: inout [UInt8]) -> Bool {
        let half = ck_f16_rounded(scale)
        bytes.append(UInt8(truncatingIfNeeded: half))
        bytes.append(UInt8(truncatingIfNeeded: half >> 8))
        return half & 0x7C00 != 0x7C00
    }
}
