/// Finds the score of the token at a place in the order of likelihood, without sorting the
/// vocabulary: a heap holds the best so far, the least of them on top.
struct TopScores {
    private let count: Int
    private var heap: [Float] = []

    /// Makes a search for the score of the `count`-th likeliest token.
    init(count: Int) { self.count = count }

    /// The least of the `count` highest scores.
    ///
    /// - Parameter scores: More than `count` scores, none of them NaN.
    /// - Returns: One of the scores.
    mutating func lowest(of scores: UnsafeBufferPointer<Float>) -> Float {
        heap.removeAll(keepingCapacity: true)
        heap.append(contentsOf: scores.prefix(count))
        for parent in stride(from: count / 2 - 1, through: 0, by: -1) { sink(from: parent) }
        for score in scores.dropFirst(count) where score > heap[0] {
            heap[0] = score
            sink(from: 0)
        }
        return heap[0]
    }

    /// Moves the score at a place down until none below it is less.
    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < count else { return }
            if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[place] else { return }
            heap.swapAt(place, child)
            place = child
        }
    }
}
