import Testing

/// How far a tensor lies from its golden.
struct GoldenComparison {
    /// The largest absolute difference.
    let largestError: Float
    /// The largest absolute golden value.
    let scale: Float
    /// The smallest cosine between a row and its golden.
    let smallestCosine: Double

    /// Compares row by row; the counts must be equal.
    ///
    /// - Parameters:
    ///   - all: Shape `(*, columns)`.
    ///   - golden: Shape `(rows, columns)`.
    ///   - columns: Elements of a row.
    ///   - rows: The rows of `all` that `golden` holds; `nil` for every row.
    /// - Throws: If the counts differ.
    init(_ all: [Float], _ golden: [Float], columns: Int, rows: [Int]? = nil) throws {
        let found = rows?.flatMap { all[$0 * columns..<($0 + 1) * columns] } ?? all
        try #require(found.count == golden.count)
        largestError = zip(found, golden).reduce(0) { max($0, abs($1.0 - $1.1)) }
        scale = golden.reduce(0) { max($0, abs($1)) }
        smallestCosine =
            stride(from: 0, to: golden.count, by: columns).map { start in
                var product = 0.0
                var squares = (0.0, 0.0)
                for index in start..<start + columns {
                    let (a, b) = (Double(found[index]), Double(golden[index]))
                    product += a * b
                    squares.0 += a * a
                    squares.1 += b * b
                }
                return product / (squares.0 * squares.1).squareRoot()
            }.min() ?? 0
    }
}
