/// Joins neighbouring symbols of a text, best pair first, until no pair may be joined.
///
/// This is the loop of byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909, section 3.2)
/// with a heap instead of a scan per step, as in `bpe_model.cc` of the repository
/// google/sentencepiece: O(n log n) for n symbols.
struct SymbolMerger {
    /// A stretch of bytes in a doubly linked list; -1 is no neighbour.
    struct Symbol {
        var start: Int
        /// In bytes; 0 once the symbol was joined to its left neighbour.
        var length: Int
        /// The token of a symbol that is never joined, or nil.
        var fixed: TokenID?
        fileprivate var previous = -1
        fileprivate var next = -1

        init(start: Int, length: Int, fixed: TokenID? = nil) {
            self.start = start
            self.length = length
            self.fixed = fixed
        }
    }

    private struct Candidate {
        var priority: Float
        var left: Int
        var right: Int
        /// The length of both; another one now means that either was joined since.
        var length: Int

        /// Higher priority first, then the one further left.
        func precedes(_ other: Candidate) -> Bool {
            priority > other.priority || (priority == other.priority && left < other.left)
        }
    }

    private var symbols: [Symbol]
    private var heap: [Candidate] = []

    /// Joins what may be joined.
    ///
    /// - Parameters:
    ///   - symbols: Adjacent stretches of a text, in order.
    ///   - priority: How good it is to join the stretch that begins at the first number and the
    ///     one that begins at the second and ends before the third; nil if they may not be joined.
    /// - Returns: The symbols that are left, in order.
    static func merge(
        _ symbols: [Symbol], priority: (_ start: Int, _ middle: Int, _ end: Int) -> Float?
    ) -> [Symbol] {
        var merger = SymbolMerger(symbols: symbols)
        merger.run(priority)
        return merger.symbols.filter { $0.length > 0 }
    }

    private init(symbols: [Symbol]) {
        self.symbols = symbols
        for index in symbols.indices {
            self.symbols[index].previous = index - 1
            self.symbols[index].next = index + 1 < symbols.count ? index + 1 : -1
        }
        heap.reserveCapacity(symbols.count)
    }

    private mutating func run(_ priority: (Int, Int, Int) -> Float?) {
        for index in symbols.indices.dropFirst() { propose(index - 1, index, priority) }
        while let best = popBest() {
            let (left, right) = (best.left, best.right)
            guard symbols[left].length > 0, symbols[right].length > 0,
                symbols[left].length + symbols[right].length == best.length
            else { continue }
            symbols[left].length = best.length
            symbols[right].length = 0
            let next = symbols[right].next
            symbols[left].next = next
            if next >= 0 { symbols[next].previous = left }
            propose(symbols[left].previous, left, priority)
            propose(left, next, priority)
        }
    }

    private mutating func propose(
        _ left: Int, _ right: Int, _ priority: (Int, Int, Int) -> Float?
    ) {
        guard left >= 0, right >= 0, symbols[left].fixed == nil, symbols[right].fixed == nil else {
            return
        }
        let (start, middle) = (symbols[left].start, symbols[right].start)
        let end = middle + symbols[right].length
        guard let priority = priority(start, middle, end) else { return }
        push(Candidate(priority: priority, left: left, right: right, length: end - start))
    }

    private mutating func push(_ candidate: Candidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func popBest() -> Candidate? {
        guard let best = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return best }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return best }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(heap[parent]) else { return best }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
