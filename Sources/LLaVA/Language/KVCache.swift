import CKernels
import Glibc

/// How keys and values are kept between tokens.
public enum KeyValueStorage: String, Sendable, CaseIterable {
    /// Exact, four bytes an element.
    case f32
    /// Rounded to half floats, half the memory; answers may differ from those of `f32`.
    case f16

    /// Bytes an element takes.
    public var byteCount: Int { self == .f32 ? 4 : 2 }

    /// The kernels' name for it.
    var kernelType: ck_type { self == .f32 ? CK_F32 : CK_F16 }
}

/// The keys and values of one sequence, shape `(L, K, capacity, d)` each.
///
/// A head's rows lie one after the other, as attention reads them. Memory is taken from the system
/// when a position is first written. Engine thread only.
final class KVCache {
    /// How elements are kept.
    let storage: KeyValueStorage
    /// Positions there is room for.
    let capacity: Int
    /// Positions that hold something.
    private(set) var length = 0

    private let headCount: Int
    private let headDimension: Int
    private let keys: UnsafeMutableRawPointer
    private let values: UnsafeMutableRawPointer

    /// Makes an empty cache.
    init(_ shape: LlamaConfiguration, capacity: Int, storage: KeyValueStorage) {
        self.storage = storage
        self.capacity = capacity
        headCount = shape.keyValueHeadCount
        headDimension = shape.headDimension
        let bytes = Self.byteCount(shape, positions: capacity, storage: storage) / 2
        keys = .zeroed(byteCount: bytes)
        values = .zeroed(byteCount: bytes)
    }

    /// Bytes that `positions` of a sequence take.
    static func byteCount(
        _ shape: LlamaConfiguration, positions: Int, storage: KeyValueStorage
    ) -> Int {
        2 * shape.layerCount * shape.keyValueHeadCount * shape.headDimension * positions
            * storage.byteCount
    }

    /// Writes the keys and values of `rows` positions from `length` on, without counting them yet.
    ///
    /// - Parameters:
    ///   - rows: Positions to write.
    ///   - layer: Which layer's.
    ///   - newKeys: Shape `(rows, K · d)`, already rotated.
    ///   - newValues: Shape `(rows, K · d)`.
    ///   - level: The instructions to use.
    func write(
        rows: Int, layer: Int, keys newKeys: UnsafePointer<Float>,
        values newValues: UnsafePointer<Float>, level: ck_level
    ) {
        precondition(
            length + rows <= capacity, "\(length) + \(rows) positions in a cache of \(capacity)")
        let width = headCount * headDimension
        for row in 0..<rows {
            for head in 0..<headCount {
                let target = offset(layer: layer, head: head, position: length + row)
                let source = row * width + head * headDimension
                store(newKeys + source, at: keys + target, level: level)
                store(newValues + source, at: values + target, level: level)
            }
        }
    }

    /// Counts `rows` positions that every layer has written.
    func advance(by rows: Int) {
        length += rows
        precondition(length <= capacity, "\(length) positions in a cache of \(capacity)")
    }

    /// Forgets the positions from `length` on.
    func truncate(to length: Int) {
        precondition(length >= 0 && length <= self.length, "a cache only gets shorter this way")
        self.length = length
    }

    /// A layer's keys and values as attention reads them.
    func memory(layer: Int) -> KeysAndValues {
        let start = offset(layer: layer, head: 0, position: 0)
        return KeysAndValues(
            keys: UnsafeRawPointer(keys + start), values: UnsafeRawPointer(values + start),
            type: storage.kernelType, headStride: capacity * headDimension,
            rowStride: headDimension)
    }

    private func offset(layer: Int, head: Int, position: Int) -> Int {
        ((layer * headCount + head) * capacity + position) * headDimension * storage.byteCount
    }

    private func store(
        _ source: UnsafePointer<Float>, at target: UnsafeMutableRawPointer, level: ck_level
    ) {
        switch storage {
        case .f32:
            target.copyMemory(from: source, byteCount: headDimension * 4)
        case .f16:
            ck_f32_to_f16(
                level, headDimension, source, target.assumingMemoryBound(to: UInt16.self))
        }
    }

    deinit {
        free(keys)
        free(values)
    }
}
