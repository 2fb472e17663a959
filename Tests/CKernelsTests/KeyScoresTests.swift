import CKernels
import Testing

@Suite struct KeyScoresTests {
    /// Scores of some queries, which lie one after the other.
    private func scores(
        _ level: ck_level, _ type: ck_type, keys: [UInt8], rows: Int, columns: Int,
        queries: ArraySlice<Float>
    ) -> [Float] {
        let count = queries.count / columns
        var out = [Float](repeating: .nan, count: count * rows)
        var scratch = [Float](repeating: 0, count: columns)
        let status = ck_key_scores(
            level, type, rows, columns, keys, count, Array(queries), columns, &out, rows, &scratch)
        #expect(status == CK_OK)
        return out
    }

    @Test(arguments: levels, [CK_F32, CK_F16, CK_Q8_0])
    func equalTheDoubleSums(level: ck_level, type: ck_type) {
        for columns in ck_block_elements(type) == 1 ? [1, 24, 64, 80, 128] : [32, 64, 96, 128] {
            for (count, queries) in [(1, 1), (3, 2), (5, 3), (17, 4), (33, 7)] {
                let keys = rows(type, count: count, columns: columns, seed: UInt64(columns))
                var values = TestValues(seed: 3)
                let x = values.floats(queries * columns)
                var dense = [Float](repeating: 0, count: count * columns)
                ck_dequantize(CK_LEVEL_PLAIN, type, dense.count, keys, &dense)
                let found = scores(
                    level, type, keys: keys, rows: count, columns: columns, queries: x[...])
                for query in 0..<queries {
                    for key in 0..<count {
                        let products = (0..<columns).map {
                            Double(dense[key * columns + $0]) * Double(x[query * columns + $0])
                        }
                        let size = products.reduce(0) { $0 + abs($1) }
                        let missed = Double(found[query * count + key]) - products.reduce(0, +)
                        #expect(abs(missed) <= 1e-6 * size + 1e-30)
                    }
                }
            }
        }
    }

    @Test(arguments: levels, [CK_F32, CK_F16, CK_Q8_0])
    func areTheSameWhateverIsBesideThem(level: ck_level, type: ck_type) {
        let (columns, count) = (96, 37)
        let keys = rows(type, count: count, columns: columns, seed: 5)
        let keyBytes = ck_row_bytes(type, columns)
        var values = TestValues(seed: 8)
        let x = values.floats(11 * columns)
        let all = scores(level, type, keys: keys, rows: count, columns: columns, queries: x[...])
        for queries in 1...5 {
            for first in [0, 3, 6] {
                let some = x[(first * columns)..<((first + queries) * columns)]
                // From another key on, so that each has another place among its neighbours.
                for start in [0, 1, 18] {
                    let found = scores(
                        level, type, keys: Array(keys[(start * keyBytes)...]), rows: count - start,
                        columns: columns, queries: some)
                    for query in 0..<queries {
                        let expected = all[
                            ((first + query) * count + start)..<((first + query + 1) * count)]
                        let own = (query * (count - start))..<((query + 1) * (count - start))
                        #expect(Array(found[own]) == Array(expected))
                    }
                }
            }
        }
    }

    @Test func refuseOtherTypes() {
        var out: [Float] = [0]
        var scratch = [Float](repeating: 0, count: 32)
        let bytes = [UInt8](repeating: 0, count: 64)
        let x = [Float](repeating: 0, count: 32)
        #expect(
            ck_key_scores(CK_LEVEL_PLAIN, CK_Q4_0, 1, 32, bytes, 1, x, 32, &out, 1, &scratch)
                == CK_UNKNOWN_TYPE)
    }
}
