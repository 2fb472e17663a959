/// The segments before a JPEG's first scan, walked for what libjpeg does not tell.
struct JPEGSegments {
    /// The TIFF block of the first EXIF segment.
    let exif: ArraySlice<UInt8>?

    private static let exifPrefix = Array("Exif\0\0".utf8)

    /// Walks a JPEG; stops quietly where it is damaged, for libjpeg to say how.
    init(of file: [UInt8]) {
        let bytes = BoundedBytes(bytes: file[...], isLittleEndian: false)
        var offset = 2
        while let marker = Self.nextMarker(in: bytes, from: &offset) {
            switch marker {
            case 0x01, 0xD0...0xD8: continue  // no length follows
            case 0xD9, 0xDA:  // the end, or the first scan
                exif = nil
                return
            default: break
            }
            guard let length = bytes.uint16(at: offset), length >= 2,
                offset + length <= file.count
            else { break }
            let content = file[(offset + 2)..<(offset + length)]
            if marker == 0xE1, content.starts(with: Self.exifPrefix) {
                exif = content.dropFirst(Self.exifPrefix.count)
                return
            }
            offset += length
        }
        exif = nil
    }

    /// The next marker's code; `offset` moves behind it.
    private static func nextMarker(in bytes: BoundedBytes, from offset: inout Int) -> Int? {
        while let byte = bytes.byte(at: offset) {
            offset += 1
            guard byte == 0xFF else { continue }
            while let code = bytes.byte(at: offset) {
                offset += 1
                if code == 0xFF { continue }  // a fill byte
                if code == 0x00 { break }  // a stuffed byte: no marker
                return code
            }
        }
        return nil
    }
}
