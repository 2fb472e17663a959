/// A sequence's run of rows in the cache, one a position.
struct CacheSpan {
    /// All of its rows, those that are still free included.
    let rows: Range<Int>
    /// Positions that hold something, from the first on.
    private(set) var count = 0

    /// An empty sequence in a run of rows.
    init(rows: Range<Int>) { self.rows = rows }

    /// How many positions it may have.
    var capacity: Int { rows.count }

    /// The rows that hold something.
    var filled: Range<Int> { rows.lowerBound..<rows.lowerBound + count }

    /// Counts positions that every layer has written.
    mutating func advance(by positions: Int) {
        count += positions
        precondition(count <= capacity, "\(count) positions in a sequence of \(capacity)")
    }

    /// Forgets the positions from `count` on.
    mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count, "a sequence only gets shorter this way")
        self.count = count
    }
}
