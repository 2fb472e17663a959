/// An answer being written: rows of its own behind a prefix that it shares with others.
struct Branch {
    /// The rows of the sequence that it goes on from.
    let prefix: Range<Int>
    /// All rows of its own, those that are still free included.
    let rows: Range<Int>
    /// Rows of its own that hold something.
    var count: Int

    /// The position of its next token.
    var position: Int { prefix.count + count }
    /// The row of its next token.
    var place: Int { rows.lowerBound + count }
}
