/// Integers at offsets of untrusted bytes; an offset past the end gives nil.
struct BoundedBytes {
    let bytes: ArraySlice<UInt8>
    let isLittleEndian: Bool

    /// Two bytes at an offset from the beginning of the slice.
    func uint16(at offset: Int) -> Int? {
        guard let first = byte(at: offset), let second = byte(at: offset + 1) else { return nil }
        return isLittleEndian ? second << 8 | first : first << 8 | second
    }

    /// Four bytes at an offset from the beginning of the slice.
    func uint32(at offset: Int) -> Int? {
        guard let first = uint16(at: offset), let second = uint16(at: offset + 2) else {
            return nil
        }
        return isLittleEndian ? second << 16 | first : first << 16 | second
    }

    /// The byte at an offset from the beginning of the slice.
    func byte(at offset: Int) -> Int? {
        guard offset >= 0, offset < bytes.count else { return nil }
        return Int(bytes[bytes.startIndex + offset])
    }
}
