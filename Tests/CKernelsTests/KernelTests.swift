import CKernels
import Testing

/// Deterministic values in -1 ..< 1, with a few large ones as real activations have.
struct TestValues {
    var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 33) - 0x4000_0000) / 0x4000_0000
    }

    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: Int32(next() * 1e6)) }
    }
}

/// The levels this machine can run; the plain one is always there.
let levels = (0...ck_best_level().rawValue).compactMap { ck_level(rawValue: $0) }

let quantizedTypes: [ck_type] = [
    CK_Q4_0, CK_Q4_1, CK_Q5_0, CK_Q5_1, CK_Q8_0, CK_IQ4_NL, CK_Q2_K, CK_Q3_K, CK_Q4_K, CK_Q5_K,
    CK_Q6_K, CK_IQ4_XS,
]

/// Rows of any type with plausible scales: random bits, with the half floats made small numbers.
func rows(_ type: ck_type, count: Int, columns: Int, seed: UInt64) -> [UInt8] {
    var values = TestValues(seed: seed)
    let floats = values.floats(count * columns)
    switch type {
    case CK_F32: return floats.withUnsafeBytes { Array($0) }
    case CK_F16: return floats.map { ck_f16_rounded($0) }.withUnsafeBytes { Array($0) }
    case CK_BF16: return floats.map { ck_bf16_rounded($0) }.withUnsafeBytes { Array($0) }
    default: break
    }
    let blocks = count * columns / ck_block_elements(type)
    let size = ck_block_bytes(type)
    var bytes = values.bytes(blocks * size)
    // Where the half-float scales lie within a block.
    let scales: [Int] =
        switch type {
        case CK_Q4_1, CK_Q5_1, CK_Q4_K, CK_Q5_K: [0, 2]
        case CK_Q2_K: [80, 82]
        case CK_Q3_K: [108]
        case CK_Q6_K: [208]
        default: [0]
        }
    for block in 0..<blocks {
        for scale in scales {
            let half = ck_f16_rounded(values.next() * 0.05)
            bytes[block * size + scale] = UInt8(half & 255)
            bytes[block * size + scale + 1] = UInt8(half >> 8)
        }
    }
    return bytes
}

@Suite struct DotTests {
    @Test(arguments: levels, [CK_F32, CK_F16, CK_BF16] + quantizedTypes)
    func equalsTheDoubleSumOfDequantisedRows(level: ck_level, type: ck_type) {
        let block = ck_block_elements(type)
        let lengths =
            block == 1 ? [1, 7, 8, 9, 16, 31, 64, 65, 588] : [block, 2 * block, 3 * block]
        for columns in lengths {
            let weights = rows(type, count: 5, columns: columns, seed: UInt64(columns))
            var values = TestValues(seed: 3)
            let x = values.floats(6 * columns)
            var dense = [Float](repeating: 0, count: 5 * columns)
            #expect(ck_dequantize(CK_LEVEL_PLAIN, type, dense.count, weights, &dense) == CK_OK)
            var out = [Float](repeating: .nan, count: 6 * 5)
            var scratch = [Float](repeating: 0, count: columns)
            let status = ck_dot_rows(
                level, type, 5, columns, weights, 6, x, columns, &out, 5, &scratch)
            #expect(status == CK_OK)
            for vector in 0..<6 {
                for row in 0..<5 {
                    var sum = 0.0
                    var size = 0.0
                    for c in 0..<columns {
                        let product =
                            Double(dense[row * columns + c]) * Double(x[vector * columns + c])
                        sum += product
                        size += abs(product)
                    }
                    #expect(abs(Double(out[vector * 5 + row]) - sum) <= 1e-6 * size + 1e-30)
                }
            }
        }
    }

    @Test(arguments: levels, [CK_F32, CK_F16, CK_Q8_0, CK_Q4_0, CK_Q4_K])
    func vectorIsTheSameAloneAndInCompany(level: ck_level, type: ck_type) {
        let columns = 512
        let weights = rows(type, count: 9, columns: columns, seed: 5)
        var values = TestValues(seed: 8)
        let x = values.floats(7 * columns)
        var scratch = [Float](repeating: 0, count: columns)
        var together = [Float](repeating: 0, count: 7 * 9)
        _ = ck_dot_rows(level, type, 9, columns, weights, 7, x, columns, &together, 9, &scratch)
        for vector in 0..<7 {
            var alone = [Float](repeating: 0, count: 9)
            x.withUnsafeBufferPointer { x in
                guard let base = x.baseAddress else { return }
                _ = ck_dot_rows(
                    level, type, 9, columns, weights, 1, base + vector * columns, columns, &alone,
                    9, &scratch)
            }
            #expect(alone == Array(together[(vector * 9)..<(vector * 9 + 9)]))
        }
    }

    @Test func refusesUnknownTypesAndPartialBlocks() {
        var out: [Float] = [0]
        var scratch: [Float] = [0]
        let bytes = [UInt8](repeating: 0, count: 400)
        let x = [Float](repeating: 0, count: 300)
        let unknown = ck_dot_rows(
            CK_LEVEL_PLAIN, ck_type(rawValue: 4), 1, 32, bytes, 1, x, 32, &out, 1, &scratch)
        #expect(unknown == CK_UNKNOWN_TYPE)
        let partial = ck_dot_rows(
            CK_LEVEL_PLAIN, CK_Q4_K, 1, 32, bytes, 1, x, 32, &out, 1, &scratch)
        #expect(partial == CK_BAD_LENGTH)
    }
}

@Suite struct DequantizeTests {
    @Test(arguments: quantizedTypes)
    func everyLevelGivesTheSameBits(type: ck_type) {
        let columns = 3 * ck_block_elements(type)
        let bytes = rows(type, count: 4, columns: columns, seed: 9)
        var plain = [Float](repeating: 0, count: 4 * columns)
        #expect(ck_dequantize(CK_LEVEL_PLAIN, type, plain.count, bytes, &plain) == CK_OK)
        for level in levels {
            var out = [Float](repeating: .nan, count: 4 * columns)
            #expect(ck_dequantize(level, type, out.count, bytes, &out) == CK_OK)
            #expect(out.map(\.bitPattern) == plain.map(\.bitPattern))
        }
    }

    @Test func halfFloatsGoThereAndBack() {
        for bits in UInt16.min...UInt16.max where bits & 0x7C00 != 0x7C00 {
            let value = ck_f16_value(bits)
            #expect(ck_f16_rounded(value) == bits)
        }
        for level in levels {
            let all = (0...UInt16.max).map { $0 }.filter { $0 & 0x7C00 != 0x7C00 }
            var out = [Float](repeating: 0, count: all.count)
            ck_f16_to_f32(level, all.count, all, &out)
            #expect(zip(all, out).allSatisfy { ck_f16_value($0).bitPattern == $1.bitPattern })
            var values = TestValues(seed: 4)
            let small = values.floats(1001).map { $0 * 1e-5 }
            let floats = small + values.floats(1000).map { $0 * 7e4 }
            var halves = [UInt16](repeating: 0, count: floats.count)
            ck_f32_to_f16(level, floats.count, floats, &halves)
            #expect(halves == floats.map { ck_f16_rounded($0) })
            #if !arch(x86_64)
                #expect(halves == floats.map { Float16($0).bitPattern })
            #endif
        }
    }
}

@Suite struct VectorKernelTests {
    static let lengths = [1, 7, 8, 9, 16, 31, 33, 100, 577]

    @Test(arguments: levels, lengths)
    func everyLevelAgreesWithThePlainTwin(level: ck_level, n: Int) {
        var values = TestValues(seed: UInt64(n))
        let x = values.floats(n).map { $0 * 6 }
        let weight = values.floats(n)
        let bias = values.floats(n)
        func compare(_ run: (ck_level, inout [Float]) -> Void) {
            var expected = x
            var found = x
            run(CK_LEVEL_PLAIN, &expected)
            run(level, &found)
            for (a, b) in zip(expected, found) { #expect(abs(a - b) <= 2e-6 * max(1, abs(a))) }
        }
        compare { ck_softmax($0, n, 0.125, &$1) }
        compare { ck_quick_gelu($0, n, &$1) }
        compare { ck_gelu_tanh($0, n, &$1) }
        compare { ck_gelu_erf($0, n, &$1) }
        compare { ck_silu_times($0, n, &$1, weight) }
        compare { level, out in ck_rms_norm(level, n, x, weight, 1e-5, &out) }
        compare { level, out in ck_layer_norm(level, n, x, weight, bias, 1e-5, &out) }
    }

    @Test(arguments: levels, [CK_F32, CK_F16, CK_Q8_0])
    func weightedSumAgreesWithThePlainTwin(level: ck_level, type: ck_type) {
        for columns in [1, 8, 16, 20, 64, 96, 128] where columns % ck_block_elements(type) == 0 {
            let bytes = rows(type, count: 37, columns: columns, seed: 2)
            var values = TestValues(seed: 6)
            let p = values.floats(37)
            var expected = [Float](repeating: 0, count: columns)
            var found = expected
            weightedSums(
                CK_LEVEL_PLAIN, type, first: 37, bytes, [(p, [])], columns: columns, &expected)
            weightedSums(level, type, first: 37, bytes, [(p, [])], columns: columns, &found)
            for (a, b) in zip(expected, found) { #expect(abs(a - b) < 1e-5) }
            for first in [0, 1, 18, 36] {
                let rest = Array(bytes[(first * ck_row_bytes(type, columns))...])
                // Six queries share the first rows: four together, then one by one.
                let queries = (0..<6).map { query in
                    query == 4 ? (p, rest) : (values.floats(37), query % 2 == 0 ? rest : [])
                }
                var all = [Float](repeating: .nan, count: 6 * columns)
                weightedSums(level, type, first: first, bytes, queries, columns: columns, &all)
                #expect(Array(all[(4 * columns)..<(5 * columns)]) == found)
                for (query, entry) in queries.enumerated() {
                    var alone = [Float](repeating: .nan, count: columns)
                    weightedSums(
                        level, type, first: first, bytes, [entry], columns: columns, &alone)
                    #expect(Array(all[(query * columns)..<((query + 1) * columns)]) == alone)
                }
            }
        }
    }

    /// Sums of queries with so many shared rows, and rows of their own.
    private func weightedSums(
        _ level: ck_level, _ type: ck_type, first: Int, _ shared: [UInt8],
        _ queries: [(p: [Float], own: [UInt8])], columns: Int, _ out: inout [Float]
    ) {
        let rowBytes = ck_row_bytes(type, columns)
        // One memory for what the pointers name.
        let weights = queries.flatMap(\.p)
        let rows = queries.flatMap(\.own)
        out.withUnsafeMutableBufferPointer { out in
            weights.withUnsafeBufferPointer { weights in
                rows.withUnsafeBytes { rows in
                    var (weight, row) = (0, 0)
                    var entries: [ck_weighting] = []
                    for (index, query) in queries.enumerated() {
                        entries.append(
                            ck_weighting(
                                p: weights.baseAddress.map { $0 + weight },
                                second: rows.baseAddress.map { $0 + row },
                                second_rows: query.own.count / rowBytes,
                                out: out.baseAddress.map { $0 + index * columns }))
                        weight += query.p.count
                        row += query.own.count
                    }
                    let status = ck_weighted_sums(
                        level, type, first, shared, columns, columns, entries.count, entries)
                    #expect(status == CK_OK)
                }
            }
        }
    }

    @Test func softmaxOfHugeScoresIsFinite() {
        for level in levels {
            var x: [Float] = [1e30, -1e30, 1e30]
            ck_softmax(level, 3, 1, &x)
            #expect(x == [0.5, 0, 0.5] || abs(x[0] - 0.5) < 1e-6)
        }
    }

    @Test func ropeTurnsPairsByTheirAngle() {
        var pairs: [Float] = [1, 0, 0, 2]
        ck_rope_pairs(2, [0, 1], [1, 0], &pairs)
        #expect(pairs == [0, 1, 0, 2])
        var halves: [Float] = [1, 0, 0, 2]
        ck_rope_halves(2, [0, 1], [1, 0], &halves)
        #expect(halves == [0, 0, 1, 2])
    }
}
