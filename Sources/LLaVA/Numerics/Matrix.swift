/// A dense row-major matrix of f32 in memory of its own: activations and scratch space.
///
/// Belongs to one engine thread; loops of that engine's `ComputePool` may write to rows they claimed.
final class Matrix {
    /// How many rows there is room for.
    let rows: Int
    /// Elements in a row.
    let columns: Int
    /// The first element.
    let base: UnsafeMutablePointer<Float>

    private let memory: ZeroedMemory

    /// Makes a matrix of zeros; pages are taken from the system when first written.
    init(rows: Int, columns: Int) {
        precondition(rows > 0 && columns > 0, "a matrix of \(rows) x \(columns) holds nothing")
        self.rows = rows
        self.columns = columns
        memory = ZeroedMemory(floats: rows * columns)
        base = memory.floats
    }

    /// The first element of a row.
    subscript(row: Int) -> UnsafeMutablePointer<Float> {
        precondition(row >= 0 && row < rows, "row \(row) of a matrix of \(rows)")
        return base + row * columns
    }

    /// A copy of the first `rows` rows.
    func values(rows: Int) -> [Float] {
        precondition(rows <= self.rows, "\(rows) rows of a matrix of \(self.rows)")
        return Array(UnsafeBufferPointer(start: base, count: rows * columns))
    }
}
