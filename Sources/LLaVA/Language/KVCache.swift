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

/// The keys and values of one sequence and of branches that go on from a part of it, shape
/// `(L, K, capacity + room, d)` each.
///
/// A head's rows lie one after the other, as attention reads them: first those of the sequence, then
/// the branches' own rows, each branch's in a place of its own. What a branch shares with the
/// sequence is not copied. Memory is taken from the system
/// when a position is first written. Engine thread only.
final class KVCache {
    /// How elements are kept.
    let storage: KeyValueStorage
    /// Positions of the sequence there is room for.
    let capacity: Int
    /// Rows beside the sequence there is room for.
    let room: Int
    /// Positions that hold something.
    private(set) var length = 0

    private let layerCount: Int
    private let headCount: Int
    private let headDimension: Int
    private let keys: UnsafeMutableRawPointer
    private let values: UnsafeMutableRawPointer

    /// Makes an empty cache.
    init(_ shape: LlamaConfiguration, capacity: Int, room: Int, storage: KeyValueStorage) {
        self.storage = storage
        self.capacity = capacity
        self.room = room
        layerCount = shape.layerCount
        headCount = shape.keyValueHeadCount
        headDimension = shape.headDimension
        let bytes = Self.byteCount(shape, positions: capacity + room, storage: storage) / 2
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
            write(
                at: length + row, layer: layer, keys: newKeys + row * width,
                values: newValues + row * width, level: level)
        }
    }

    /// Writes the keys and values of one row wherever there is room.
    ///
    /// - Parameters:
    ///   - place: The row's place, in the sequence or beside it.
    ///   - layer: Which layer's.
    ///   - newKeys: Shape `(K · d)`, already rotated.
    ///   - newValues: Shape `(K · d)`.
    ///   - level: The instructions to use.
    func write(
        at place: Int, layer: Int, keys newKeys: UnsafePointer<Float>,
        values newValues: UnsafePointer<Float>, level: ck_level
    ) {
        precondition(place >= 0 && place < capacity + room, "row \(place) of a cache")
        for head in 0..<headCount {
            let target = offset(layer: layer, head: head, position: place)
            let source = head * headDimension
            store(newKeys + source, at: keys + target, level: level)
            store(newValues + source, at: values + target, level: level)
        }
    }

    /// Copies rows of the sequence to a place beside it, where a branch goes on from them.
    func copy(_ rows: Range<Int>, to place: Int) {
        precondition(rows.upperBound <= length, "rows \(rows) of a cache of \(length)")
        precondition(place >= capacity && place + rows.count <= capacity + room, "no such place")
        let bytes = rows.count * headDimension * storage.byteCount
        for layer in 0..<layerCount {
            for head in 0..<headCount {
                let source = offset(layer: layer, head: head, position: rows.lowerBound)
                let target = offset(layer: layer, head: head, position: place)
                (keys + target).copyMemory(from: keys + source, byteCount: bytes)
                (values + target).copyMemory(from: values + source, byteCount: bytes)
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
            type: storage.kernelType, headStride: (capacity + room) * headDimension,
            rowStride: headDimension)
    }

    private func offset(layer: Int, head: Int, position: Int) -> Int {
        ((layer * headCount + head) * (capacity + room) + position) * headDimension
            * storage.byteCount
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
