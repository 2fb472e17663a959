import CKernels

/// What the threads need to know of a step's attention, without an allocation: rows of queries that see keys
/// of their own behind those they share.
struct AttentionByRows {
    /// The caller keeps it; references are not counted on every range.
    unowned(unsafe) let math: TensorMath
    let shape: Attention
    /// Shape `(rows, heads · headDimension)`.
    let queries: UnsafePointer<Float>
    let memory: KeysAndValues
    /// The keys that each row sees.
    let spans: UnsafeBufferPointer<KeySpan>
    /// The most keys that a row sees.
    let mostKeys: Int
    /// Rows whose shared keys are read once.
    let together: Int
    /// Shape `(rows, heads · headDimension)`.
    let output: UnsafeMutablePointer<Float>

    /// Parts that the rows are cut to for each key head.
    var chunks: Int { (spans.count + together - 1) / together }
    /// Scratch space that a thread needs.
    var scratchFloats: Int {
        let each = mostKeys + shape.headDimension + Self.weightingFloats
        return together * shape.group * each + shape.headDimension
    }

    private static let weightingFloats =
        MemoryLayout<ck_weighting>.stride / MemoryLayout<Float>.stride

    /// Attention for some items, `chunks` of them for each key head.
    func compute(_ items: Range<Int>, worker: Int) {
        for item in items {
            let (head, chunk) = item.quotientAndRemainder(dividingBy: chunks)
            var row = chunk * together
            let end = min(spans.count, row + together)
            while row < end {
                let prefix = spans[row].first
                let others = (row + 1..<end).prefix { spans[$0].first == prefix }
                attend(head: head, row..<others.endIndex, room: math.scratch(of: worker))
                row = others.endIndex
            }
        }
    }

    /// Some query rows that share their first keys, with one key head.
    private func attend(head: Int, _ rows: Range<Int>, room: UnsafeMutablePointer<Float>) {
        let size = shape.headDimension
        let width = shape.heads * size
        let vectors = rows.count * shape.group
        // First what has the strictest alignment.
        let weightings = UnsafeMutableRawPointer(room).assumingMemoryBound(to: ck_weighting.self)
        let gathered = room + vectors * Self.weightingFloats
        let scores = gathered + vectors * size
        let spare = scores + vectors * mostKeys
        for (index, row) in rows.enumerated() {
            (gathered + index * shape.group * size).update(
                from: queries + row * width + head * shape.group * size, count: shape.group * size)
        }
        let offset = memory.offset(head: head)
        func place(_ keys: Range<Int>) -> Int { offset + keys.lowerBound * memory.rowBytes }
        func score(_ keys: Range<Int>, _ first: Int, _ count: Int, _ column: Int) {
            let status = ck_key_scores(
                math.level, memory.type, keys.count, size, memory.keys + place(keys), count,
                gathered + first * size, size, scores + first * mostKeys + column, mostKeys, spare)
            precondition(status == CK_OK, "keys are stored in a type kernels cannot read")
        }
        let shared = spans[rows.lowerBound].first
        score(shared, 0, vectors, 0)
        for (index, row) in rows.enumerated() {
            let seen = spans[row]
            let first = index * shape.group
            score(seen.second, first, shape.group, shared.count)
            for vector in first..<first + shape.group {
                let weights = scores + vector * mostKeys
                ck_softmax(math.level, seen.total, shape.scale, weights)
                weightings[vector] = ck_weighting(
                    p: weights, second: memory.values + place(seen.second),
                    second_rows: seen.second.count,
                    out: output + row * width + (head * shape.group + vector - first) * size)
            }
        }
        _ = ck_weighted_sums(
            math.level, memory.type, shared.count, memory.values + place(shared), size,
            memory.rowStride, vectors, weightings)
    }
}
