/// Finds numbers by byte strings.
///
/// Not a `Dictionary` of `String`: two strings are equal in Swift when they are canonically
/// equivalent, while a vocabulary may hold "é" in both spellings as two pieces. It also looks up a
/// part of a buffer without making a string of it.
struct PieceTable: Sendable {
    /// How many bytes the longest entry has.
    private(set) var longest = 0

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Open addressing with linear probing: an index of `entries`, or -1 where free.
    private var slots: [Int32]

    private struct Entry {
        var start: Int
        var length: Int
        var id: Int32
    }

    /// Makes a table; where a byte string stands twice the first of its numbers is found.
    init(_ pieces: some Collection<(bytes: [UInt8], id: Int32)>) {
        var capacity = 16
        while capacity < pieces.count * 2 { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        entries.reserveCapacity(pieces.count)
        for piece in pieces {
            piece.bytes.withUnsafeBufferPointer { insert($0, piece.id) }
        }
    }

    /// The number of a byte string, or nil if it is not in the table.
    func id(of piece: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard piece.count <= longest else { return nil }
        let index = slots[slot(of: piece)]
        return index < 0 ? nil : entries[Int(index)].id
    }

    private mutating func insert(_ piece: UnsafeBufferPointer<UInt8>, _ id: Int32) {
        let slot = slot(of: piece)
        guard slots[slot] < 0 else { return }
        slots[slot] = Int32(entries.count)
        entries.append(Entry(start: bytes.count, length: piece.count, id: id))
        bytes.append(contentsOf: piece)
        longest = max(longest, piece.count)
    }

    /// Where a byte string stands, or the free slot where it would.
    private func slot(of piece: UnsafeBufferPointer<UInt8>) -> Int {
        // FNV-1a, 64 bits (draft-eastlake-fnv-21), with its upper half folded in.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in piece { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var slot = Int(truncatingIfNeeded: hash ^ (hash >> 32)) & (slots.count - 1)
        while slots[slot] >= 0, !holds(piece, entries[Int(slots[slot])]) {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private func holds(_ piece: UnsafeBufferPointer<UInt8>, _ entry: Entry) -> Bool {
        guard entry.length == piece.count else { return false }
        for index in 0..<piece.count where bytes[entry.start + index] != piece[index] {
            return false
        }
        return true
    }
}
