/// An answer being written: tokens of its own behind a prefix that it shares with others.
struct Branch {
    /// Positions of the sequence that it goes on from.
    let prefix: Int
    /// Where its own rows begin in the cache.
    let place: Int
    /// Rows of its own.
    var count: Int

    /// The position of its next token.
    var position: Int { prefix + count }
}
