/// Which rows of the cache are free.
///
/// Runs are given out from the lowest place that has room, so that rows that were used before, whose
/// memory is there already, are used again.
struct CacheRows {
    /// All rows there are.
    let count: Int
    /// Rows that are given out.
    private(set) var used = 0
    /// Ascending, never touching each other.
    private var free: [Range<Int>]

    /// All rows free.
    init(count: Int) {
        self.count = count
        free = count > 0 ? [0..<count] : []
    }

    /// Takes a run of rows.
    ///
    /// - Parameter length: How many, at least 1.
    /// - Returns: The run; `nil` if no free run is as long.
    mutating func take(_ length: Int) -> Range<Int>? {
        precondition(length > 0, "a run has at least one row")
        guard let index = free.firstIndex(where: { $0.count >= length }) else { return nil }
        let start = free[index].lowerBound
        let taken = start..<start + length
        if taken.count == free[index].count {
            free.remove(at: index)
        } else {
            free[index] = taken.upperBound..<free[index].upperBound
        }
        used += length
        return taken
    }

    /// Takes a run back that `take` gave out.
    mutating func giveBack(_ run: Range<Int>) {
        let index = free.firstIndex { $0.lowerBound >= run.upperBound } ?? free.count
        precondition(
            index == 0 || free[index - 1].upperBound <= run.lowerBound, "rows given back twice")
        used -= run.count
        var whole = run
        if index < free.count, free[index].lowerBound == whole.upperBound {
            whole = whole.lowerBound..<free.remove(at: index).upperBound
        }
        if index > 0, free[index - 1].upperBound == whole.lowerBound {
            free[index - 1] = free[index - 1].lowerBound..<whole.upperBound
        } else {
            free.insert(whole, at: index)
        }
    }
}
