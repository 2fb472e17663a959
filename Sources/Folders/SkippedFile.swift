/// Something that has the name of a picture, or is a folder, and cannot be taken.
public struct SkippedFile: Sendable, Hashable {
    /// The path as it can be printed: bytes that are no text, and control characters, are `\xHH`.
    public let path: String
    /// Why it is skipped.
    public let reason: SkipReason

    init(path: some Sequence<UInt8>, reason: SkipReason) {
        self.path = printablePath(path)
        self.reason = reason
    }
}

/// A path as text on one line.
private func printablePath(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    guard let text = String(validating: bytes, as: UTF8.self) else {
        return String(
            decoding: bytes.flatMap { (0x20..<0x7F).contains($0) ? [$0] : escaped($0) },
            as: UTF8.self)
    }
    return String(
        String.UnicodeScalarView(
            text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                guard scalar.value < 0x20 || scalar.value == 0x7F else { return [scalar] }
                return escaped(UInt8(scalar.value)).map { Unicode.Scalar($0) }
            }))
}

private func escaped(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return Array("\\x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
}
