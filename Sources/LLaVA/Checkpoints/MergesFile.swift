import ModelFiles

/// A `merges.txt`: the pairs of pieces that byte-pair encoding joins, best first, one a line.
///
/// As `BPE.read_file` in `model.rs` of huggingface/tokenizers reads it, and `tokenization_qwen2.py` of
/// transformers before version 5: a first line "#version: …" and empty lines are no pairs.
struct MergesFile {
    /// The largest file read; those of 150,000 merges have 2 MB.
    static let mostBytes = 100_000_000

    /// The pairs as they stand in the file, "left right".
    let merges: [String]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - pieces: All pieces by their texts: every part of a pair is one, and what it makes.
    /// - Throws: `EngineError` of kind `file` or `inconsistentModel`, naming the line.
    init(path: String, pieces: PieceTable) throws(EngineError) {
        let file = try EngineError.passingOn { () throws(ModelFileError) in
            try MappedFile(path: path)
        }
        guard file.count <= Self.mostBytes else {
            throw EngineError(
                .inconsistentModel,
                "\(path): a file of merges may have \(Self.mostBytes) bytes and this one has "
                    + "\(file.count); it is not such a file, fetch it again")
        }
        var merges: [String] = []
        var lines: [[UInt8]: Int] = [:]
        for (index, slice) in file.bytes.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).enumerated() {
            let number = index + 1
            let line = slice.last == UInt8(ascii: "\r") ? slice.dropLast() : slice
            if line.isEmpty || (index == 0 && line.starts(with: "#version".utf8)) { continue }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw EngineError(
                    .inconsistentModel,
                    "\(path): line \(number) must be UTF-8 and is not; fetch the file again")
            }
            let bytes = Array(line)
            try Self.check(bytes, text, number, path: path, pieces: pieces)
            if let first = lines.updateValue(number, forKey: bytes) {
                throw EngineError(
                    .inconsistentModel,
                    "\(path): a pair stands once, and line \(number) is \(text.debugDescription) as "
                        + "line \(first) is; fetch the file again")
            }
            merges.append(text)
        }
        self.merges = merges
    }

    private static func check(
        _ bytes: [UInt8], _ text: String, _ number: Int, path: String, pieces: PieceTable
    ) throws(EngineError) {
        let parts = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw EngineError(
                .inconsistentModel,
                "\(path): a line is two pieces with one space between, and line \(number) is "
                    + "\(text.debugDescription); fetch the file again")
        }
        for piece in [parts[0], parts[1], parts[0] + parts[1]] {
            guard piece.withUnsafeBufferPointer({ pieces.id(of: $0) }) == nil else { continue }
            throw EngineError(
                .inconsistentModel,
                "\(path): line \(number) is \(text.debugDescription), and "
                    + "\(String(decoding: piece, as: UTF8.self).debugDescription) is no piece of "
                    + "'vocab.json'; use the tokenizer files of one version of the model")
        }
    }
}
