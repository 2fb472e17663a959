/// A cursor over little-endian bytes that never leaves them.
///
/// Every read says what it reads, so that a file that ends early names the place.
struct ByteReader {
    /// The file the bytes are of, for messages.
    let path: String
    /// All bytes the cursor may see.
    let bytes: UnsafeRawBufferPointer
    /// Where the next read begins.
    private(set) var position = 0

    init(path: String, bytes: UnsafeRawBufferPointer) {
        self.path = path
        self.bytes = bytes
    }

    /// How many bytes are left.
    var remaining: Int { bytes.count - position }

    /// Reads one integer.
    mutating func read<Number: FixedWidthInteger>(
        _ type: Number.Type, _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw ends(in: what(), needing: size) }
        defer { position += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
    }

    /// Reads a count of things of which each takes at least `smallest` bytes of the file.
    ///
    /// The check keeps a made-up count from reserving memory the file could never fill.
    mutating func readCount(
        ofItemsTaking smallest: Int, _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> Int {
        let count = try read(UInt64.self, what())
        guard count <= UInt64(remaining / smallest) else {
            throw ModelFileError(
                path: path, kind: .implausibleCount,
                message: "\(what()) is \(count), but the \(remaining) bytes after it hold at most "
                    + "\(remaining / smallest); the file is damaged or cut short, fetch it again")
        }
        return Int(count)
    }

    /// Reads a length and as many bytes of UTF-8.
    ///
    /// - Parameters:
    ///   - limit: The most bytes the text may take.
    ///   - what: What the text is, for messages.
    /// - Returns: The text.
    /// - Throws: `ModelFileError` of kind `truncated`, `implausibleCount`, `invalidName` or
    ///   `invalidText`.
    mutating func readText(
        limit: Int = .max, _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> String {
        let count = try readCount(ofItemsTaking: 1, "the length of \(what())")
        guard count <= limit else {
            throw ModelFileError(
                path: path, kind: .invalidName,
                message: "\(what()) may take \(limit) bytes and takes \(count); the file is "
                    + "damaged or not written for this format, convert the model again")
        }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw ModelFileError(
                path: path, kind: .invalidText,
                message: "\(what()), at byte \(position), must be UTF-8 and is not; the file is "
                    + "damaged or was written by a faulty converter, convert the model again")
        }
        position += count
        return text
    }

    /// Reads a length and a name: 1 to `limit` bytes of UTF-8 without a zero byte.
    mutating func readName(
        limit: Int, _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> String {
        let name = try readText(limit: limit, what())
        guard !name.isEmpty, !name.utf8.contains(0) else {
            throw ModelFileError(
                path: path, kind: .invalidName,
                message: "\(what()) must have at least one byte and no zero byte, and is "
                    + "\(name.isEmpty ? "empty" : "\(name.debugDescription)"); the file is "
                    + "damaged, fetch it again or convert the model again")
        }
        return name
    }

    private func ends(in what: String, needing size: Int) -> ModelFileError {
        let needed = size == 1 ? "1 byte is" : "\(size) bytes are"
        return ModelFileError(
            path: path, kind: .truncated,
            message: "the file ends inside \(what): \(needed) needed at byte \(position) and "
                + "\(remaining) are left; the download did not finish, fetch the file again")
    }
}
