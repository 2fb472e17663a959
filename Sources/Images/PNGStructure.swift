/// A PNG's chunks, walked and checked before libpng sees the file (PNG, second edition, ISO 15948).
struct PNGStructure {
    let width: Int
    let height: Int
    let bitDepth: Int
    let colourType: Int
    let isInterlaced: Bool
    /// The TIFF block of the `eXIf` chunk.
    let exif: ArraySlice<UInt8>?

    /// Bit depths each colour type allows, ISO 15948 table 11.1.
    private static let depths: [Int: [Int]] = [
        0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
    ]

    /// Walks a PNG from its signature to `IEND`; what follows that is ignored.
    ///
    /// - Throws: `ImageFailure.truncated` if the file ends before `IEND`, `.corrupt` for a header
    ///   outside the standard, `.tooLarge` for a chunk of more than `limits.maxChunkBytes`.
    init(of file: [UInt8], limits: ImageLimits) throws(ImageError) {
        let bytes = BoundedBytes(bytes: file[...], isLittleEndian: false)
        var offset = ImageFormat.png.magic.count
        guard let header = Self.header(in: bytes, at: offset) else {
            throw Self.truncated(file.count)
        }
        guard header.isValid else {
            throw ImageError(.corrupt, "the PNG does not begin with a valid IHDR chunk")
        }
        var exif: ArraySlice<UInt8>?
        while true {
            guard let length = bytes.uint32(at: offset),
                let content = Self.content(of: file, at: offset, length: length)
            else { throw Self.truncated(file.count) }
            let name = file[(offset + 4)..<(offset + 8)]
            if name.elementsEqual("IEND".utf8) { break }
            guard length <= limits.maxChunkBytes || name.elementsEqual("IDAT".utf8) else {
                throw ImageError(
                    .tooLarge,
                    "a PNG chunk that holds no pixels has \(length) bytes; "
                        + "the limit is \(limits.maxChunkBytes)")
            }
            if exif == nil, name.elementsEqual("eXIf".utf8) { exif = content }
            offset += length + 12
        }
        (width, height) = (header.width, header.height)
        (bitDepth, colourType) = (header.bitDepth, header.colourType)
        isInterlaced = header.interlace == 1
        self.exif = exif
    }

    /// Pillow's name for the pixels (PngImagePlugin, `_MODES`).
    var mode: String {
        switch (colourType, bitDepth) {
        case (0, 1): "1"
        case (0, 16): "I;16"
        case (0, _): "L"
        case (2, _): "RGB"
        case (3, _): "P"
        case (4, 8): "LA"
        default: "RGBA"
        }
    }

    /// The fields of an `IHDR` chunk as stored.
    private struct Header {
        let isFirstChunk: Bool
        let width: Int
        let height: Int
        let bitDepth: Int
        let colourType: Int
        let compression: Int
        let filter: Int
        let interlace: Int

        var isValid: Bool {
            isFirstChunk && width > 0 && height > 0
                && width <= Int(Int32.max) && height <= Int(Int32.max)
                && PNGStructure.depths[colourType]?.contains(bitDepth) == true
                && compression == 0 && filter == 0 && interlace <= 1
        }
    }

    /// Reads the first chunk as an `IHDR`; nil if the file ends within it.
    private static func header(in bytes: BoundedBytes, at offset: Int) -> Header? {
        guard let length = bytes.uint32(at: offset), let name = bytes.uint32(at: offset + 4),
            let width = bytes.uint32(at: offset + 8), let height = bytes.uint32(at: offset + 12),
            let bitDepth = bytes.byte(at: offset + 16), let type = bytes.byte(at: offset + 17),
            let compression = bytes.byte(at: offset + 18), let filter = bytes.byte(at: offset + 19),
            let interlace = bytes.byte(at: offset + 20)
        else { return nil }
        return Header(
            isFirstChunk: length == 13 && name == 0x4948_4452,  // "IHDR"
            width: width, height: height, bitDepth: bitDepth, colourType: type,
            compression: compression, filter: filter, interlace: interlace)
    }

    /// A chunk's data; nil if the file ends before the chunk and its checksum do.
    private static func content(
        of file: [UInt8], at offset: Int, length: Int
    ) -> ArraySlice<UInt8>? {
        let start = offset + 8
        guard start + length + 4 <= file.count else { return nil }
        return file[start..<(start + length)]
    }

    private static func truncated(_ count: Int) -> ImageError {
        ImageError(
            .truncated,
            "the PNG has no IEND chunk within its \(count) bytes; it may still be being copied")
    }
}
