import CKernels
import Glibc

/// Keys and values of every sequence an engine works on, shape `(L, K, rows, d)` each.
///
/// A head's rows lie one after the other, as attention reads them. Which rows belong to what is the
/// business of whoever asks: a sequence is a run of rows (`CacheSpan`), an answer that goes on from
/// one has another run anywhere (`Branch`), and what it shares with the sequence is not copied.
/// Memory is taken from the system when a row is first written. Engine thread only.
final class KVCache {
    /// How elements are kept.
    let storage: KeyValueStorage
    /// Rows there is room for.
    let rows: Int

    private let layerCount: Int
    private let headCount: Int
    private let headDimension: Int
    private let rowBytes: Int
    private let bytes: Int
    private let keys: UnsafeMutableRawPointer
    private let values: UnsafeMutableRawPointer

    /// Makes an empty cache.
    init(_ shape: LlamaConfiguration, rows: Int, storage: KeyValueStorage) {
        self.storage = storage
        self.rows = rows
        layerCount = shape.layerCount
        headCount = shape.keyValueHeadCount
        headDimension = shape.headDimension
        rowBytes = storage.rowBytes(shape.headDimension)
        let bytes = layerCount * headCount * rows * rowBytes
        keys = Self.reserve(bytes)
        values = Self.reserve(bytes)
        self.bytes = bytes
    }

    /// Addresses for so many bytes, whose pages are taken when they are first written.
    ///
    /// In small pages: a huge one would take the memory of thousands of rows for the first of them,
    /// in every head.
    private static func reserve(_ bytes: Int) -> UnsafeMutableRawPointer {
        let memory = mmap(
            nil, max(bytes, 1), PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            preconditionFailure("no addresses for \(bytes) bytes of keys and values")
        }
        madvise(memory, max(bytes, 1), MADV_NOHUGEPAGE)
        return memory
    }

    /// Bytes that a position of a sequence takes.
    static func positionBytes(_ shape: LlamaConfiguration, storage: KeyValueStorage) -> Int {
        2 * shape.layerCount * shape.keyValueHeadCount * storage.rowBytes(shape.headDimension)
    }

    /// Writes keys and values of one layer.
    ///
    /// - Parameters:
    ///   - place: The first row to write.
    ///   - count: How many rows.
    ///   - layer: Which layer's.
    ///   - newKeys: Shape `(count, K · d)`, already rotated.
    ///   - newValues: Shape `(count, K · d)`.
    ///   - level: The instructions to use.
    func write(
        at place: Int, count: Int, layer: Int, keys newKeys: UnsafePointer<Float>,
        values newValues: UnsafePointer<Float>, level: ck_level
    ) {
        precondition(place >= 0 && place + count <= rows, "\(place) + \(count) of \(rows) rows")
        let width = headCount * headDimension
        for row in 0..<count {
            for head in 0..<headCount {
                let target = offset(layer: layer, head: head, row: place + row)
                let source = row * width + head * headDimension
                store(newKeys + source, at: keys + target, level: level)
                store(newValues + source, at: values + target, level: level)
            }
        }
    }

    /// Copies rows of every layer.
    ///
    /// - Parameters:
    ///   - source: The rows.
    ///   - place: The first row to write; the two runs do not overlap.
    func copy(_ source: Range<Int>, to place: Int) {
        precondition(source.upperBound <= rows && place + source.count <= rows, "no such rows")
        precondition(!source.overlaps(place..<place + source.count), "rows onto themselves")
        let bytes = source.count * rowBytes
        for layer in 0..<layerCount {
            for head in 0..<headCount {
                let from = offset(layer: layer, head: head, row: source.lowerBound)
                let to = offset(layer: layer, head: head, row: place)
                (keys + to).copyMemory(from: keys + from, byteCount: bytes)
                (values + to).copyMemory(from: values + from, byteCount: bytes)
            }
        }
    }

    /// A layer's keys and values as attention reads them, from a row on.
    func memory(layer: Int, from row: Int = 0) -> KeysAndValues {
        let start = offset(layer: layer, head: 0, row: row)
        return KeysAndValues(
            keys: UnsafeRawPointer(keys + start), values: UnsafeRawPointer(values + start),
            type: storage.kernelType, headStride: rows * headDimension, rowStride: headDimension)
    }

    private func offset(layer: Int, head: Int, row: Int) -> Int {
        ((layer * headCount + head) * rows + row) * rowBytes
    }

    private func store(
        _ source: UnsafePointer<Float>, at target: UnsafeMutableRawPointer, level: ck_level
    ) {
        switch storage {
        case .f32:
            target.copyMemory(from: source, byteCount: rowBytes)
        case .f16:
            ck_f32_to_f16(
                level, headDimension, source, target.assumingMemoryBound(to: UInt16.self))
        case .int8:
            let isFinite = (0..<headDimension).allSatisfy { source[$0].isFinite }
            if !isFinite || ck_quantize(level, CK_Q8_0, headDimension, source, target) != CK_OK {
                // What no scale can hold stays visible in the scores: all bits set are no number.
                memset(target, 0xFF, rowBytes)
            }
        }
    }

    deinit {
        munmap(keys, max(bytes, 1))
        munmap(values, max(bytes, 1))
    }
}
