import CKernels
import Testing

/// Products with rounded activations, against the double product of the exact ones with the weights
/// as the plain dequantiser has them.
@Suite struct RoundedProductTests {
    /// The levels with tiles of their own, and the plain definition.
    static let tileLevels = levels.filter {
        $0 == CK_LEVEL_PLAIN || ck_has_tiles($0) != 0
    }
    static let integerTypes: [ck_type] = [
        CK_Q4_0, CK_Q4_1, CK_Q5_0, CK_Q5_1, CK_Q8_0, CK_IQ4_NL, CK_Q4_K, CK_Q5_K, CK_Q6_K,
        CK_IQ4_XS, CK_Q3_K,
    ]

    /// A product to compute: `x` of `rows`, weights of `outputs`.
    struct Product {
        let type: ck_type
        let rows: Int
        let outputs: Int
        let columns: Int
        var x: [Float]
        var weights: [UInt8]

        init(_ type: ck_type, rows: Int, outputs: Int, columns: Int, outliers: Bool) {
            self.type = type
            self.rows = rows
            self.outputs = outputs
            self.columns = columns
            var values = TestValues(seed: UInt64(columns + rows))
            x = (0..<rows * columns).map { index in
                // Every 97th channel is 20 times as large, as some are in real activations.
                values.next() * (outliers && index % columns % 97 == 0 ? 20 : 1)
            }
            weights = CKernelsTests.rows(
                type, count: outputs, columns: columns, seed: UInt64(outputs))
        }

        /// The root mean square of what was missed, as a share of that of the sums of products if
        /// their signs were random: sums that cancel out by chance do not count as missed.
        func error(_ result: [Float]) -> Double {
            var dense = [Float](repeating: 0, count: outputs * columns)
            ck_dequantize(CK_LEVEL_PLAIN, type, dense.count, weights, &dense)
            var (missed, whole) = (0.0, 0.0)
            for row in 0..<rows {
                for output in 0..<outputs {
                    var sum = 0.0
                    for column in 0..<columns {
                        let product =
                            Double(x[row * columns + column])
                            * Double(dense[output * columns + column])
                        sum += product
                        whole += product * product
                    }
                    let miss = Double(result[row * outputs + output]) - sum
                    missed += miss * miss
                }
            }
            return (missed / whole).squareRoot()
        }

        /// By activations of 8 bits or two parts of them, `count` rows from `first` on.
        func integers(
            _ level: ck_level, parts: Int = 1, first: Int = 0, count: Int? = nil
        ) -> [Float] {
            let count = count ?? rows
            var rounded = [UInt8](repeating: 0, count: ck_int8_bytes(parts, count, columns))
            var out = [Float](repeating: .nan, count: count * outputs)
            var scratch = [UInt8](
                repeating: 0, count: ck_int8_scratch_bytes(type, parts, count, columns))
            let form = ck_int8_form_of(level, type, parts, count)
            // One half after the other, as two threads do.
            let half = count / 2
            for (start, end) in [(0, half), (half, count)] {
                ck_quantize_rows_int8(
                    level, form, parts, end - start, columns,
                    Array(x[((first + start) * columns)...]), columns, &rounded, count, start)
            }
            let status = ck_matmul_int8(
                level, type, parts, count, outputs, 0, columns, rounded, weights, &out, outputs,
                &scratch)
            #expect(status == CK_OK)
            return out
        }

        /// By tiles of 16 bits, `count` rows from `first` on.
        func tiles(_ level: ck_level, first: Int = 0, count: Int? = nil) -> [Float] {
            let count = count ?? rows
            var a = [UInt16](repeating: 0, count: ck_tile_halves(count, columns))
            var b = [UInt16](repeating: 0, count: ck_tile_halves(outputs, columns))
            var out = [Float](repeating: .nan, count: count * outputs)
            var scratch = [Float](repeating: 0, count: max(4096, columns))
            ck_pack_rows(level, count, columns, Array(x[(first * columns)...]), columns, &a)
            let status = ck_pack_weights(
                level, type, outputs, columns, weights, &b, &scratch)
            #expect(status == CK_OK)
            ck_matmul_tiles(level, count, outputs, columns, a, b, &out, outputs)
            return out
        }
    }

    @Test(arguments: levels, integerTypes)
    func eightBitsMissByAPercent(level: ck_level, type: ck_type) {
        let block = max(32, ck_block_elements(type))
        for (rows, outputs) in [(1, 1), (2, 15), (3, 16), (7, 17), (13, 40)] {
            for blocks in [1, 2, 3] {
                let product = Product(
                    type, rows: rows, outputs: outputs, columns: blocks * block, outliers: false)
                #expect(product.error(product.integers(level)) < 1.2e-2)
            }
        }
        let outliers = Product(type, rows: 9, outputs: 33, columns: 8 * block, outliers: true)
        #expect(outliers.error(outliers.integers(level)) < 1.6e-2)
    }

    @Test(arguments: levels, integerTypes)
    func twoPartsOfEightBitsMissBySome10000ths(level: ck_level, type: ck_type) {
        let block = max(32, ck_block_elements(type))
        // Between two scales for 16 columns a sum still has the magic constant of the second, whose
        // last place is half a unit of the product: much beside Q3_K's bytes, which are within 4.
        let bound = type == CK_Q3_K ? 2e-3 : 4e-4
        for (rows, outputs) in [(1, 1), (2, 15), (3, 16), (7, 17), (13, 40)] {
            for blocks in [1, 2, 3] {
                let product = Product(
                    type, rows: rows, outputs: outputs, columns: blocks * block, outliers: true)
                #expect(product.error(product.integers(level, parts: 2)) < bound)
            }
        }
    }

    @Test(arguments: tileLevels, [CK_F32, CK_F16, CK_BF16] + quantizedTypes)
    func tilesMissByHalfAThousandth(level: ck_level, type: ck_type) {
        let block = ck_block_elements(type)
        let columns = block == 1 ? [1, 31, 33, 588, 1100] : [block, 3 * block, 5 * block]
        for (rows, outputs) in [(1, 1), (3, 17), (16, 16), (17, 31), (33, 40), (40, 64)] {
            for columns in columns where rows * outputs * columns < 1 << 17 {
                let product = Product(
                    type, rows: rows, outputs: outputs, columns: columns, outliers: true)
                #expect(product.error(product.tiles(level)) < 6e-4)
            }
        }
    }

    /// Vectors in one direction have the greatest of all sums for their lengths.
    @Test(arguments: tileLevels)
    func sumsOfVectorsInOneDirectionFit(level: ck_level) {
        for columns in [31, 64, 128] {
            var product = Product(
                CK_F32, rows: 9, outputs: 33, columns: columns, outliers: false)
            product.x = product.x.map { _ in -1 }
            product.weights = (0..<33 * columns).flatMap { _ in
                withUnsafeBytes(of: Float(1)) { Array($0) }
            }
            #expect(
                product.tiles(level).allSatisfy { abs($0 / -Float(columns) - 1) < 1e-3 })
        }
    }

    @Test(arguments: levels, [CK_Q4_0, CK_Q8_0, CK_Q4_K, CK_Q6_K])
    func aRowIsTheSameAloneAndAmongOthers(level: ck_level, type: ck_type) {
        for parts in [1, 2] {
            expectRowsAlone(type, rows: level == CK_LEVEL_PLAIN ? 5 : 75) { product, first, count in
                product.integers(level, parts: parts, first: first, count: count)
            }
        }
    }

    @Test(arguments: tileLevels, [CK_Q4_0, CK_Q8_0, CK_Q4_K, CK_Q6_K])
    func aRowOfTilesIsTheSameAloneAndAmongOthers(level: ck_level, type: ck_type) {
        expectRowsAlone(type, rows: level == CK_LEVEL_PLAIN ? 5 : 75) { product, first, count in
            product.tiles(level, first: first, count: count)
        }
    }

    private func expectRowsAlone(
        _ type: ck_type, rows: Int, _ compute: (Product, Int, Int) -> [Float]
    ) {
        let product = Product(type, rows: rows, outputs: 37, columns: 1024, outliers: true)
        let all = compute(product, 0, rows)
        for row in [0, 1, 4, 16, 31, 63, 64, 74] where row < rows {
            #expect(compute(product, row, 1) == Array(all[(row * 37)..<(row * 37 + 37)]))
        }
    }

    /// Where there is AVX-VNNI, AVX2 without it is what runs at the level of AVX-512.
    @Test(arguments: integerTypes)
    func everyLevelWithIntegersGivesTheSameBits(type: ck_type) {
        let own = levels.filter { ck_has_int8($0, type) != 0 }
        guard let best = own.last else { return }
        let columns = ck_block_elements(type) == 32 ? [32, 96, 288, 768] : [256, 768]
        for rows in [1, 2, 3, 4, 5, 6, 7, 13, 33] {
            for outputs in [1, 15, 32, 33, 70] {
                for columns in columns {
                    let product = Product(
                        type, rows: rows, outputs: outputs, columns: columns, outliers: true)
                    for parts in [1, 2] {
                        let expected = product.integers(best, parts: parts).map(\.bitPattern)
                        for level in own.dropLast() {
                            let found = product.integers(level, parts: parts)
                            #expect(found.map(\.bitPattern) == expected)
                        }
                    }
                }
            }
        }
    }

    /// Sums of two bytes, at the ends of what a byte holds.
    @Test(arguments: integerTypes)
    func everyLevelGivesTheSameBitsWhereAllActivationsAreTheGreatest(type: ck_type) {
        let own = levels.filter { ck_has_int8($0, type) != 0 }
        var product = Product(type, rows: 8, outputs: 48, columns: 512, outliers: false)
        product.x = product.x.map { $0 < 0 ? -1 : 1 }
        for parts in [1, 2] {
            let found = own.map { product.integers($0, parts: parts) }
            #expect(Set(found).count <= 1)
            // Nothing was rounded but the sums; nothing is left for the lower part.
            #expect(found.allSatisfy { product.error($0) < 1e-6 })
        }
    }

    @Test func everyLevelRoundsRowsToTheSameBits() {
        var values = TestValues(seed: 11)
        var x = values.floats(3 * 288)
        // Nothing, a half between two integers, and what no scale covers.
        for index in 0..<32 { x[index] = 0 }
        for index in 32..<64 { x[index] = Float(index % 2 == 0 ? 254 : index) / 2 }
        (x[100], x[200]) = (.infinity, .nan)
        func rounded(_ level: ck_level) -> [UInt8] {
            (0..<CK_INT8_FORMS).flatMap { form in
                [1, 2].flatMap { parts in
                    var bytes = [UInt8](repeating: 0, count: ck_int8_bytes(parts, 3, 288))
                    ck_quantize_rows_int8(
                        level, ck_int8_form(rawValue: .init(form)), parts, 3, 288,
                        x, 288, &bytes, 3, 0)
                    return bytes
                }
            }
        }
        let own = levels.filter { ck_has_int8($0, CK_Q8_0) != 0 }
        for level in own.dropLast() { #expect(rounded(level) == own.last.map(rounded)) }
    }

    /// What a level writes of tiles: what sums of products begin with (tiles.h) only where pairs are
    /// multiplied.
    func written(_ tiles: [UInt16], _ level: ck_level) -> [UInt16] {
        level == CK_LEVEL_PAIRS
            ? tiles : tiles.enumerated().filter { $0.offset % 576 < 544 }.map(\.element)
    }

    @Test(arguments: [CK_F32, CK_F16, CK_BF16, CK_Q8_0, CK_Q6_K])
    func everyLevelPacksTheSameIntegers(type: ck_type) {
        let columns = ck_block_elements(type) == 1 ? [1, 7, 31, 33, 64, 588] : [256, 768]
        for (rows, columns) in [1, 5, 8, 9, 16, 33].flatMap({ rows in columns.map { (rows, $0) } })
        {
            let product = Product(
                type, rows: rows, outputs: rows, columns: columns, outliers: true)
            var x = product.x
            // Nothing at all has no scale.
            for index in 0..<min(64, columns) { x[index] = 0 }
            let halves = ck_tile_halves(rows, columns)
            func packed(_ level: ck_level) -> [[UInt16]] {
                var tiles = [[UInt16]](repeating: .init(repeating: 7, count: halves), count: 2)
                var scratch = [Float](repeating: 0, count: max(4096, columns))
                ck_pack_rows(level, rows, columns, x, columns, &tiles[0])
                _ = ck_pack_weights(
                    level, type, rows, columns, product.weights, &tiles[1], &scratch)
                guard type == CK_F32 || type == CK_F16 else { return tiles }
                tiles.append(.init(repeating: 7, count: ck_tile_halves(columns, rows)))
                _ = ck_pack_values(
                    level, type, rows, columns, product.weights, columns, &tiles[2])
                return tiles
            }
            let expected = packed(CK_LEVEL_PLAIN)
            for level in Self.tileLevels {
                let found = packed(level)
                #expect(
                    found.map { written($0, level) } == expected.map { written($0, level) })
            }
        }
    }

    @Test func everyLevelMultipliesIntegersToTheSameBits() {
        let own = Self.tileLevels.filter { $0 != CK_LEVEL_PLAIN }
        for (rows, outputs, columns) in [(1, 1, 31), (7, 17, 96), (33, 40, 588), (70, 130, 1100)] {
            let product = Product(
                CK_F16, rows: rows, outputs: outputs, columns: columns, outliers: true)
            let defined = product.tiles(CK_LEVEL_PLAIN)
            let greatest = defined.map(abs).max() ?? 0
            let expected = own.last.map { product.tiles($0).map(\.bitPattern) }
            for level in own {
                let found = product.tiles(level)
                #expect(found.map(\.bitPattern) == expected)
                // The integers are the definition's; only single-precision sums are rounded.
                #expect(zip(found, defined).allSatisfy { abs($0 - $1) <= 2e-6 * greatest })
            }
        }
    }

    @Test(arguments: tileLevels, [CK_F32, CK_F16])
    func valuesMeetTheirWeightsByColumn(level: ck_level, type: ck_type) {
        for (count, columns) in [(1, 1), (2, 16), (31, 20), (33, 64), (70, 128)] {
            let stride = columns + 8
            let values = CKernelsTests.rows(type, count: count, columns: stride, seed: 4)
            var dense = [Float](repeating: 0, count: count * stride)
            ck_dequantize(CK_LEVEL_PLAIN, type, dense.count, values, &dense)
            var random = TestValues(seed: 9)
            let weights = random.floats(3 * count)
            var a = [UInt16](repeating: 0, count: ck_tile_halves(3, count))
            var b = [UInt16](repeating: 0, count: ck_tile_halves(columns, count))
            var out = [Float](repeating: .nan, count: 3 * columns)
            ck_pack_rows(level, 3, count, weights, count, &a)
            #expect(
                ck_pack_values(level, type, count, columns, values, stride, &b) == CK_OK)
            ck_matmul_tiles(level, 3, columns, count, a, b, &out, columns)
            for row in 0..<3 {
                for column in 0..<columns {
                    let products = (0..<count).map {
                        Double(weights[row * count + $0]) * Double(dense[$0 * stride + column])
                    }
                    let size = products.reduce(0) { $0 + abs($1) }
                    let missed = Double(out[row * columns + column]) - products.reduce(0, +)
                    #expect(abs(missed) <= 0x1p-9 * size)
                }
            }
        }
    }

    @Test(arguments: tileLevels, [CK_F32, CK_F16])
    func keysApartArePackedAsWeightsAre(level: ck_level, type: ck_type) {
        let (count, columns, stride) = (19, 64, 72)
        let keys = CKernelsTests.rows(type, count: count, columns: stride, seed: 4)
        let size = ck_block_bytes(type)
        let dense = (0..<count).flatMap {
            keys[($0 * stride * size)..<(($0 * stride + columns) * size)]
        }
        var scratch = [Float](repeating: 0, count: 4096)
        var apart = [UInt16](repeating: 1, count: ck_tile_halves(count, columns))
        var together = [UInt16](repeating: 2, count: apart.count)
        #expect(
            ck_pack_keys(level, type, count, columns, keys, stride, &apart, &scratch)
                == CK_OK)
        #expect(
            ck_pack_weights(level, type, count, columns, dense, &together, &scratch)
                == CK_OK)
        #expect(written(apart, level) == written(together, level))
    }

    @Test func whatHasNoIntegerKernelSaysSo() {
        var out: [Float] = [0]
        var scratch = [Float](repeating: 0, count: 4096)
        let x = [UInt8](repeating: 0, count: 1024)
        let weights = [UInt8](repeating: 0, count: 1024)
        for (type, columns) in [(CK_F16, 32), (CK_Q2_K, 256), (ck_type(rawValue: 99), 32)] {
            #expect(
                ck_matmul_int8(
                    CK_LEVEL_PLAIN, type, 1, 1, 1, 0, columns, x, weights, &out, 1, &scratch)
                    == CK_UNKNOWN_TYPE)
        }
        #expect(
            ck_matmul_int8(CK_LEVEL_PLAIN, CK_Q4_K, 1, 1, 1, 0, 32, x, weights, &out, 1, &scratch)
                == CK_BAD_LENGTH)
    }
}
