/// The file formats read, told apart by their first bytes and never by a file's name.
public enum ImageFormat: String, Sendable {
    /// JPEG: baseline or progressive; grey, colour, CMYK or YCCK.
    case jpeg
    /// PNG of every colour type and depth; of an animated one the still picture.
    case png

    /// The bytes every file of the format starts with.
    var magic: [UInt8] {
        switch self {
        case .jpeg: [0xFF, 0xD8, 0xFF]
        case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        }
    }

    /// Recognises a file's format.
    ///
    /// - Parameter bytes: The file, or at least its first 8 bytes.
    /// - Throws: `ImageFailure.empty` for no bytes, `.truncated` for a file that ends within the
    ///   first bytes of a known format, `.unsupported` for anything else.
    init(ofFileStartingWith bytes: [UInt8]) throws(ImageError) {
        guard !bytes.isEmpty else {
            throw ImageError(.empty, "the file holds 0 bytes; it may still be being copied")
        }
        for format in [ImageFormat.jpeg, .png] {
            if bytes.starts(with: format.magic) {
                self = format
                return
            }
            if format.magic.starts(with: bytes) {
                throw ImageError(
                    .truncated,
                    "the file holds only \(bytes.count) bytes, the beginning of a "
                        + "\(format.rawValue.uppercased()); it may still be being copied")
            }
        }
        throw ImageError(
            .unsupported,
            "starts with \(printable(bytes.prefix(4))): not a JPEG or PNG "
                + "(judged by its first bytes, not its name)")
    }
}

/// First bytes as a person can read them: `'GIF8'`, or hexadecimal where they are no text.
private func printable(_ bytes: ArraySlice<UInt8>) -> String {
    if bytes.allSatisfy({ (0x20...0x7E).contains($0) }) {
        return "'" + String(decoding: bytes, as: UTF8.self) + "'"
    }
    let digits = Array("0123456789ABCDEF")
    return bytes.map { String([digits[Int($0 >> 4)], digits[Int($0 & 15)]]) }
        .joined(separator: " ")
}
