import CKernels
import Foundation
import Testing

/// Attention in bfloat16, of the matrix unit where there is one and of the plain twin, against softmax
/// attention in double precision and against each other.
@Suite struct MatrixUnitAttentionTests {
    static let own = MatrixUnitTests.own
    static let types: [ck_type] = [CK_F32, CK_F16, CK_Q8_0]

    /// A head whose keys and values lie `stride` elements apart, and queries.
    struct Head {
        let type: ck_type
        let size: Int
        let keyCount: Int
        let rows: Int
        let stride: Int
        let queries: [Float]
        let keys: [UInt8]
        let values: [UInt8]

        init(_ type: ck_type, size: Int, keyCount: Int, rows: Int) {
            self.type = type
            self.size = size
            self.keyCount = keyCount
            self.rows = rows
            stride = size + 32
            var random = TestValues(seed: UInt64(size + keyCount))
            queries = random.floats(rows * stride)
            keys = CKernelsTests.rows(type, count: keyCount, columns: stride, seed: 3)
            values = CKernelsTests.rows(type, count: keyCount, columns: stride, seed: 5)
        }

        /// As the kernel computes it, rows from `first` on; shape `(count, size)`.
        func attend(
            _ level: ck_level, firstSees: Int, first: Int = 0, count: Int? = nil
        ) -> [Float] {
            let count = count ?? rows
            var out = [Float](repeating: .nan, count: count * size)
            var scratch = [UInt8](
                repeating: 255, count: ck_attention_scratch_bytes(size, keyCount))
            let status = keys.withUnsafeBytes { keys in
                values.withUnsafeBytes { values in
                    var head = ck_attention_head(
                        type: type, size: size, row_stride: stride, keys: keys.baseAddress,
                        values: values.baseAddress, key_count: keyCount, scale: 0.3)
                    return ck_attend_bfloat16(
                        level, &head, count, firstSees == 0 ? 0 : firstSees + first,
                        Array(queries[(first * stride)...]), stride, &out, size, &scratch)
                }
            }
            #expect(status == CK_OK)
            return out
        }

        private func dense(_ bytes: [UInt8]) -> [Float] {
            var result = [Float](repeating: 0, count: keyCount * stride)
            ck_dequantize(CK_LEVEL_PLAIN, type, result.count, bytes, &result)
            return result
        }

        /// Softmax attention in double precision.
        func exact(firstSees: Int) -> [Double] {
            let (keys, values) = (dense(keys), dense(values))
            return (0..<rows).flatMap { row -> [Double] in
                let seen = firstSees == 0 ? keyCount : firstSees + row
                let query = queries[(row * stride)...].prefix(size)
                let scores = (0..<seen).map { key in
                    zip(query, keys[(key * stride)...]).reduce(0.0) {
                        $0 + 0.3 * Double($1.0) * Double($1.1)
                    }
                }
                let top = scores.max() ?? 0
                let weights = scores.map { exp($0 - top) }
                let all = weights.reduce(0, +)
                return (0..<size).map { i in
                    (0..<seen).reduce(0.0) { $0 + weights[$1] * Double(values[$1 * stride + i]) }
                        / all
                }
            }
        }
    }

    /// Queries, keys, and which of them the first query sees.
    static let cases = [
        (1, 1, 0), (1, 1, 1), (9, 40, 0), (16, 31, 16), (17, 300, 0), (33, 64, 32), (45, 577, 0),
        (70, 270, 201),
    ]

    @Test(arguments: own, types)
    func bfloat16AttendsWithinAPercent(level: ck_level, type: ck_type) {
        for (rows, keyCount, firstSees) in Self.cases {
            for size in type == CK_Q8_0 ? [32, 128] : [16, 72, 128] {
                let head = Head(type, size: size, keyCount: keyCount, rows: rows)
                let expected = head.exact(firstSees: firstSees)
                let found = head.attend(level, firstSees: firstSees)
                let whole = expected.reduce(0) { $0 + $1 * $1 }
                let missed = zip(found, expected).reduce(0) {
                    $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
                }
                #expect((missed / whole).squareRoot() < 1e-2)
            }
        }
    }

    @Test(arguments: types)
    func theMatrixUnitAttendsAsTheDefinitionDoes(type: ck_type) {
        for (rows, keyCount, firstSees) in Self.cases {
            for size in type == CK_Q8_0 ? [32, 128] : [16, 72, 128] {
                let head = Head(type, size: size, keyCount: keyCount, rows: rows)
                let defined = head.attend(CK_LEVEL_PLAIN, firstSees: firstSees)
                let greatest = defined.map(abs).max() ?? 0
                for level in Self.own.dropFirst() {
                    let found = head.attend(level, firstSees: firstSees)
                    // Where sums of scores are rounded apart, an exponential may be rounded to the next of
                    // 256 values.
                    #expect(zip(found, defined).allSatisfy { abs($0 - $1) <= 5e-4 * greatest })
                }
            }
        }
    }

    @Test(arguments: own)
    func aQueryIsTheSameAloneAndAmongOthers(level: ck_level) {
        for firstSees in [0, 300] {
            let head = Head(CK_F16, size: 128, keyCount: 370, rows: 70)
            let all = head.attend(level, firstSees: firstSees)
            for (first, count) in [(0, 1), (1, 3), (15, 2), (16, 16), (31, 33), (69, 1)] {
                #expect(
                    head.attend(level, firstSees: firstSees, first: first, count: count)
                        == Array(all[(first * 128)..<((first + count) * 128)]))
            }
        }
    }

    @Test func aHeadThatDoesNotFitIsRefused() {
        let head = Head(CK_F32, size: 16, keyCount: 1, rows: 1)
        var out = [Float](repeating: 0, count: 512)
        var scratch = [UInt8](repeating: 0, count: ck_attention_scratch_bytes(512, 1))
        for (type, size, status) in [
            (CK_Q4_0, 32, CK_UNKNOWN_TYPE), (CK_F32, 288, CK_BAD_LENGTH),
            (CK_Q8_0, 40, CK_BAD_LENGTH),
        ] {
            let found = head.keys.withUnsafeBytes { bytes in
                var one = ck_attention_head(
                    type: type, size: size, row_stride: 512, keys: bytes.baseAddress,
                    values: bytes.baseAddress, key_count: 1, scale: 1)
                return ck_attend_bfloat16(
                    ck_best_level(), &one, 1, 0, head.queries, 512, &out, 512, &scratch)
            }
            #expect(found == status)
        }
    }
}
