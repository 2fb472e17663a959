import CKernels
import COpenBLAS
import Threads

/// Keys and values as attention reads them: element `(head, row, i)` of either lies at
/// `head * headStride + row * rowStride + i`.
struct KeysAndValues {
    /// The first key.
    let keys: UnsafeRawPointer
    /// The first value.
    let values: UnsafeRawPointer
    /// f32, f16 or Q8_0.
    let type: ck_type
    /// Elements from one head to the next.
    let headStride: Int
    /// Elements from one row to the next.
    let rowStride: Int

    /// Bytes from one row to the next.
    var rowBytes: Int { ck_row_bytes(type, rowStride) }

    /// Bytes from the start to the first row of a head.
    func offset(head: Int) -> Int { head * ck_row_bytes(type, headStride) }
}

/// Scaled dot-product attention with grouped keys: query head `h` reads key head
/// `h / (heads / keyValueHeads)`.
struct Attention: Sendable {
    /// Query heads.
    let heads: Int
    /// Key and value heads; divides `heads`.
    let keyValueHeads: Int
    /// Elements of a head.
    let headDimension: Int

    /// `1 / √headDimension`.
    var scale: Float { 1 / Float(headDimension).squareRoot() }
    /// Query heads that share a key head.
    var group: Int { heads / keyValueHeads }
}

/// The keys that a query row sees: a run of rows, then another.
struct KeySpan {
    /// The first rows.
    let first: Range<Int>
    /// The others.
    let second: Range<Int>

    /// How many there are.
    var total: Int { first.count + second.count }
}

extension TensorMath {
    /// Query rows that share one product with the keys, fixed so that sums never change.
    private static let queryBlock = 64

    /// Attention of `rows` query rows over `keyCount` rows of keys and values.
    ///
    /// - Parameters:
    ///   - shape: Heads and their size.
    ///   - queries: Shape `(rows, heads · headDimension)`.
    ///   - rows: Query rows.
    ///   - memory: Keys and values.
    ///   - keyCount: Rows of keys.
    ///   - firstPosition: With a causal mask, the position of the first query row, which sees the
    ///     keys up to its own; `nil` for no mask.
    ///   - output: Shape `(rows, heads · headDimension)`.
    func attend(
        _ shape: Attention, queries: UnsafePointer<Float>, rows: Int, over memory: KeysAndValues,
        keyCount: Int, firstPosition: Int?, into output: UnsafeMutablePointer<Float>
    ) {
        if usesMatrixUnit, rows > Self.fewRows, shape.headDimension <= Self.matrixUnitHead {
            attendByMatrixUnit(
                shape, queries: queries, rows: rows, over: memory, keyCount: keyCount,
                firstPosition: firstPosition, into: output)
        } else if usesTiles, rows > Self.fewRows {
            attendByTiles(
                shape, queries: queries, rows: rows, over: memory, keyCount: keyCount,
                firstPosition: firstPosition, into: output)
        } else if rows <= Self.fewRows && memory.rowStride == shape.headDimension {
            withUnsafeTemporaryAllocation(of: KeySpan.self, capacity: rows) { spans in
                for row in 0..<rows {
                    let seen = firstPosition.map { $0 + row + 1 } ?? keyCount
                    spans.initializeElement(at: row, to: KeySpan(first: 0..<seen, second: 0..<0))
                }
                attendByRows(
                    shape, queries: queries, over: memory, spans: UnsafeBufferPointer(spans),
                    into: output)
            }
        } else {
            attendByBlocks(
                shape, queries: queries, rows: rows, over: memory, keyCount: keyCount,
                firstPosition: firstPosition, into: output)
        }
    }

    /// The most query rows whose shared keys and values are read once, where that leaves each thread
    /// enough to do; at least as many as a kernel keeps sums of.
    private static let sharedRows = 4...16

    /// Decoding: one key head at a time, for rows that share their first keys together.
    ///
    /// A row's result does not depend on the rows beside it.
    ///
    /// - Parameters:
    ///   - shape: Heads and their size.
    ///   - queries: Shape `(rows, heads · headDimension)`.
    ///   - memory: Keys and values; a head's rows lie one after the other.
    ///   - spans: The keys that each row sees; where a prefix ends changes no bit of the result.
    ///   - output: Shape `(rows, heads · headDimension)`.
    func attendByRows(
        _ shape: Attention, queries: UnsafePointer<Float>, over memory: KeysAndValues,
        spans: UnsafeBufferPointer<KeySpan>, into output: UnsafeMutablePointer<Float>
    ) {
        let share = spans.count * shape.keyValueHeads / (4 * pool.threads)
        let together = min(max(share, Self.sharedRows.lowerBound), Self.sharedRows.upperBound)
        let mostKeys = spans.reduce(0) { max($0, $1.total) }
        let attending = AttentionByRows(
            math: self, shape: shape, queries: queries, memory: memory, spans: spans,
            mostKeys: mostKeys, together: together, output: output)
        reserveScratch(floats: attending.scratchFloats)
        let count = shape.keyValueHeads * attending.chunks
        withUnsafePointer(to: attending) { attending in
            pool.forEachRangeInOrder(count: count, grain: 1, context: attending) {
                context, worker, start, end, _ in
                context.assumingMemoryBound(to: AttentionByRows.self).pointee
                    .compute(start..<end, worker: worker)
            }
        }
    }

    /// Prefilling and the vision tower, in tiles of 16 bits.
    ///
    /// A head's keys and values are packed once, then blocks of query rows take two matrix products
    /// each. Scores and sums are in single precision.
    private func attendByTiles(
        _ shape: Attention, queries: UnsafePointer<Float>, rows: Int, over memory: KeysAndValues,
        keyCount: Int, firstPosition: Int?, into output: UnsafeMutablePointer<Float>
    ) {
        let size = shape.headDimension
        let width = shape.heads * size
        let block = Self.queryBlock
        // In floats, two halves each: a spare one where their number is odd.
        let (scoreFloats, keyFloats, valueFloats, queryFloats, weightFloats) = (
            block * keyCount, ck_tile_halves(keyCount, size) / 2 + 1,
            ck_tile_halves(size, keyCount) / 2 + 1, ck_tile_halves(block, size) / 2 + 1,
            ck_tile_halves(block, keyCount) / 2 + 1
        )
        let spread = max(4096, size)
        // Values of 8 bits are widened before they are packed.
        let wideFloats = memory.type == CK_Q8_0 ? keyCount * size : 0
        reserveScratch(
            floats: scoreFloats + keyFloats + valueFloats + queryFloats + weightFloats + spread
                + wideFloats)
        pool.forEachRange(count: shape.heads) { worker, range in
            var room = scratch(of: worker)
            func take(_ floats: Int) -> UnsafeMutablePointer<UInt16> {
                defer { room += floats }
                return UnsafeMutableRawPointer(room).assumingMemoryBound(to: UInt16.self)
            }
            let (keyTiles, valueTiles) = (take(keyFloats), take(valueFloats))
            let (queryTiles, weightTiles) = (take(queryFloats), take(weightFloats))
            let scores = room
            for head in range {
                let offset = memory.offset(head: head / shape.group)
                let isPacked = ck_pack_keys(
                    level, memory.type, keyCount, size, memory.keys + offset, memory.rowStride,
                    keyTiles, scores + scoreFloats)
                precondition(isPacked == CK_OK, "keys are stored in a type kernels cannot read")
                if wideFloats > 0 {
                    let wide = scores + scoreFloats + spread
                    widen(memory, memory.values + offset, rows: keyCount, size: size, into: wide)
                    _ = ck_pack_values(level, CK_F32, keyCount, size, wide, size, valueTiles)
                } else {
                    _ = ck_pack_values(
                        level, memory.type, keyCount, size, memory.values + offset,
                        memory.rowStride, valueTiles)
                }
                for first in stride(from: 0, to: rows, by: block) {
                    let count = min(block, rows - first)
                    let visible = firstPosition.map { $0 + first + count } ?? keyCount
                    let start = first * width + head * size
                    ck_pack_rows(level, count, size, queries + start, width, queryTiles)
                    ck_matmul_tiles(
                        level, count, visible, size, queryTiles, keyTiles, scores, keyCount)
                    for row in 0..<count {
                        let weights = scores + row * keyCount
                        let seen = firstPosition.map { $0 + first + row + 1 } ?? keyCount
                        ck_softmax(level, seen, shape.scale, weights)
                        (weights + seen).update(repeating: 0, count: keyCount - seen)
                    }
                    ck_pack_rows(level, count, keyCount, scores, keyCount, weightTiles)
                    ck_matmul_tiles(
                        level, count, size, keyCount, weightTiles, valueTiles, output + start,
                        width)
                }
            }
        }
    }

    /// The same in single precision: blocks of query rows, two matrix products each.
    private func attendByBlocks(
        _ shape: Attention, queries: UnsafePointer<Float>, rows: Int, over memory: KeysAndValues,
        keyCount: Int, firstPosition: Int?, into output: UnsafeMutablePointer<Float>
    ) {
        let size = shape.headDimension
        let width = shape.heads * size
        let blocks = (rows + Self.queryBlock - 1) / Self.queryBlock
        let scoreFloats = Self.queryBlock * keyCount
        let widened = memory.type == CK_F32 ? 0 : keyCount * size
        reserveScratch(floats: scoreFloats + 2 * widened)
        pool.forEachRange(count: shape.heads * blocks) { worker, range in
            let scores = scratch(of: worker)
            for item in range {
                let head = item / blocks
                let firstRow = item % blocks * Self.queryBlock
                let count = min(Self.queryBlock, rows - firstRow)
                let visible = firstPosition.map { $0 + firstRow + count } ?? keyCount
                let (keys, values, stride) = dense(
                    memory, head: head / shape.group, rows: visible, size: size,
                    room: scores + scoreFloats)
                let start = firstRow * width + head * size
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasTrans,
                    blasint(count), blasint(visible), blasint(size),
                    1, queries + start, blasint(width), keys, blasint(stride),
                    0, scores, blasint(visible))
                for row in 0..<count {
                    let weights = scores + row * visible
                    let seen = firstPosition.map { $0 + firstRow + row + 1 } ?? keyCount
                    ck_softmax(level, seen, shape.scale, weights)
                    (weights + seen).update(repeating: 0, count: visible - seen)
                }
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasNoTrans,
                    blasint(count), blasint(size), blasint(visible),
                    1, scores, blasint(visible), values, blasint(stride),
                    0, output + start, blasint(width))
            }
        }
    }

    /// A head's keys and values as f32 and their row stride: in place, or widened into `room`.
    private func dense(
        _ memory: KeysAndValues, head: Int, rows: Int, size: Int,
        room: UnsafeMutablePointer<Float>
    ) -> (UnsafePointer<Float>, UnsafePointer<Float>, Int) {
        let keys = memory.keys + memory.offset(head: head)
        let values = memory.values + memory.offset(head: head)
        guard memory.type != CK_F32 else {
            return (
                keys.assumingMemoryBound(to: Float.self),
                values.assumingMemoryBound(to: Float.self), memory.rowStride
            )
        }
        let valueRoom = room + rows * size
        widen(memory, keys, rows: rows, size: size, into: room)
        widen(memory, values, rows: rows, size: size, into: valueRoom)
        return (UnsafePointer(room), UnsafePointer(valueRoom), size)
    }

    /// A head's rows of 8 or 16 bits as f32.
    private func widen(
        _ memory: KeysAndValues, _ source: UnsafeRawPointer, rows: Int, size: Int,
        into target: UnsafeMutablePointer<Float>
    ) {
        precondition(memory.rowStride == size, "rounded rows of a head lie one after the other")
        let status = ck_dequantize(level, memory.type, rows * size, source, target)
        precondition(status == CK_OK, "keys are stored in a type kernels cannot read")
    }
}
