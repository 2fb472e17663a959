import CKernels
import Testing

/// Products of rows and weights rounded to bfloat16, of the matrix unit where there is one and of the
/// plain twin, against the double product of exact values and against each other.
@Suite struct MatrixUnitTests {
    /// The levels with such a kernel of their own, and the plain definition.
    static let own = levels.filter { $0 == CK_LEVEL_PLAIN || ck_has_bfloat16($0) != 0 }
    static let types: [ck_type] = [CK_F32, CK_F16, CK_BF16] + quantizedTypes

    typealias Product = RoundedProductTests.Product

    /// The packed rows, as two threads pack them.
    func packed(_ product: Product, _ level: ck_level, first: Int, count: Int) -> [UInt8] {
        var x = [UInt8](repeating: 0, count: ck_bfloat16_bytes(count, product.columns))
        let half = count / 2 / 16 * 16
        for (start, end) in [(0, half), (half, count)] {
            ck_round_rows_bfloat16(
                level, end - start, product.columns,
                Array(product.x[((first + start) * product.columns)...]), product.columns, &x,
                count, start)
        }
        return x
    }

    /// The product of `count` rows from `first` on.
    func multiply(
        _ product: Product, _ level: ck_level, first: Int = 0, count: Int? = nil
    ) -> [Float] {
        let count = count ?? product.rows
        let x = packed(product, level, first: first, count: count)
        var out = [Float](repeating: .nan, count: count * product.outputs)
        var scratch = [UInt8](
            repeating: 7, count: ck_bfloat16_scratch_bytes(count, product.columns))
        let status = ck_matmul_bfloat16(
            level, product.type, count, product.outputs, product.columns, x, product.weights, &out,
            product.outputs, &scratch)
        #expect(status == CK_OK)
        return out
    }

    @Test(arguments: own, types)
    func bfloat16MissesByAFewThousandths(level: ck_level, type: ck_type) {
        let block = ck_block_elements(type)
        let columns = block == 1 ? [1, 31, 33, 256, 588] : [block, 3 * block, 5 * block]
        for (rows, outputs) in [(1, 1), (3, 17), (16, 16), (17, 31), (33, 40), (40, 64)] {
            for columns in columns where rows * outputs * columns < 1 << 17 {
                let product = Product(
                    type, rows: rows, outputs: outputs, columns: columns, outliers: true)
                // Two roundings to 8 significant bits miss a product by 2^-7 at most; in a single sum
                // some of the same sign may meet, in hundreds of sums they do not.
                let bound = rows * outputs < 100 ? 8e-3 : 3e-3
                #expect(product.error(multiply(product, level)) < bound)
            }
        }
    }

    @Test(arguments: types)
    func theMatrixUnitMultipliesWhatTheDefinitionDoes(type: ck_type) {
        let block = ck_block_elements(type)
        let columns = block == 1 ? [31, 588, 1100] : [block, 5 * block]
        for (rows, outputs) in [(7, 17), (33, 300), (70, 64)] {
            for columns in columns {
                let product = Product(
                    type, rows: rows, outputs: outputs, columns: columns, outliers: true)
                let defined = multiply(product, CK_LEVEL_PLAIN)
                let greatest = defined.map(abs).max() ?? 0
                for level in Self.own.dropFirst() {
                    // Rows and weights are rounded to the same values; only the sums are rounded apart.
                    let found = multiply(product, level)
                    #expect(zip(found, defined).allSatisfy { abs($0 - $1) <= 2e-6 * greatest })
                }
            }
        }
    }

    @Test func everyLevelPacksTheSameRows() {
        for (rows, columns) in [(1, 1), (5, 31), (16, 64), (17, 588), (40, 256)] {
            let product = Product(
                CK_F32, rows: rows, outputs: 1, columns: columns, outliers: true)
            let expected = packed(product, CK_LEVEL_PLAIN, first: 0, count: rows)
            for level in Self.own.dropFirst() {
                #expect(packed(product, level, first: 0, count: rows) == expected)
            }
        }
    }

    @Test(arguments: own, [CK_F16, CK_Q8_0, CK_Q4_K, CK_Q6_K])
    func aRowIsTheSameAloneAndAmongOthers(level: ck_level, type: ck_type) {
        let rows = level == CK_LEVEL_PLAIN ? 5 : 75
        let product = Product(type, rows: rows, outputs: 37, columns: 1024, outliers: true)
        let all = multiply(product, level)
        for row in [0, 1, 4, 16, 31, 63, 64, 74] where row < rows {
            #expect(
                multiply(product, level, first: row, count: 1)
                    == Array(all[(row * 37)..<(row * 37 + 37)]))
        }
    }

    @Test func whatCannotBeMultipliedSaysSo() {
        var out: [Float] = [0]
        var scratch = [UInt8](repeating: 0, count: ck_bfloat16_scratch_bytes(1, 256))
        let bytes = [UInt8](repeating: 0, count: 1024)
        for (type, columns, status) in [
            (ck_type(rawValue: 99), 32, CK_UNKNOWN_TYPE), (CK_Q4_K, 32, CK_BAD_LENGTH),
        ] {
            #expect(
                ck_matmul_bfloat16(
                    ck_best_level(), type, 1, 1, columns, bytes, bytes, &out, 1, &scratch)
                    == status)
        }
    }
}
