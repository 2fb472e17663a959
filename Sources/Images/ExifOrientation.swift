extension Orientation {
    /// EXIF tag number (CIPA DC-008, table "Tags relating to image data structure").
    private static let tag = 0x0112
    /// Bytes of one entry of a TIFF directory (TIFF 6.0, section 2).
    private static let entryBytes = 12

    /// Reads the orientation from a TIFF block, the content of an EXIF segment.
    ///
    /// Whatever is damaged or missing gives nil: the picture itself can still be fine. Reads at
    /// most one directory, so its cost is bounded by the segment.
    ///
    /// - Parameter exif: The block, from its byte-order mark on.
    init?(exif: ArraySlice<UInt8>) {
        let isLittleEndian: Bool
        switch Array(exif.prefix(2)) {
        case Array("II".utf8): isLittleEndian = true
        case Array("MM".utf8): isLittleEndian = false
        default: return nil
        }
        let block = BoundedBytes(bytes: exif, isLittleEndian: isLittleEndian)
        guard block.uint16(at: 2) == 42,
            let directory = block.uint32(at: 4),
            let count = block.uint16(at: directory)
        else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + index * Self.entryBytes
            guard let tag = block.uint16(at: entry) else { return nil }
            guard tag == Self.tag else { continue }
            guard let value = Self.value(of: entry, in: block) else { return nil }
            self.init(rawValue: value)
            return
        }
        return nil
    }

    /// The first value of a directory entry of an integer type that fits in the entry itself.
    private static func value(of entry: Int, in block: BoundedBytes) -> Int? {
        guard let type = block.uint16(at: entry + 2), block.uint32(at: entry + 4) == 1 else {
            return nil
        }
        switch type {
        case 1: return block.byte(at: entry + 8)  // BYTE
        case 3: return block.uint16(at: entry + 8)  // SHORT, the one the standard names
        case 4: return block.uint32(at: entry + 8)  // LONG
        default: return nil
        }
    }
}
