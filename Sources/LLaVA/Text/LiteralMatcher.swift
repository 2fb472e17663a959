/// Finds the longest of some literal texts at a place of a buffer.
struct LiteralMatcher: Sendable {
    private let table: PieceTable
    /// For each first byte, the lengths of the literals that begin with it, longest first.
    private let lengths: [[Int]]

    /// Makes a matcher; empty literals are left out.
    init(_ literals: [(bytes: [UInt8], id: TokenID)]) {
        table = PieceTable(literals)
        var lengths = [Set<Int>](repeating: [], count: 256)
        for literal in literals {
            guard let first = literal.bytes.first else { continue }
            lengths[Int(first)].insert(literal.bytes.count)
        }
        self.lengths = lengths.map { $0.sorted(by: >) }
    }

    /// The longest literal that begins at `position`, if any does.
    func match(
        in buffer: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> (id: TokenID, length: Int)? {
        for length in lengths[Int(buffer[position])] where position + length <= buffer.count {
            let candidate = UnsafeBufferPointer(rebasing: buffer[position..<position + length])
            if let id = table.id(of: candidate) { return (id, length) }
        }
        return nil
    }

    /// Splits text at literals, the longest at each place; none of the parts is an empty text.
    func fragments(of text: String) -> [TextFragment] {
        var fragments: [TextFragment] = []
        let bytes = Array(text.utf8)
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            var position = 0
            func endText() {
                guard start < position else { return }
                fragments.append(.text(String(decoding: bytes[start..<position], as: UTF8.self)))
            }
            while position < bytes.count {
                guard let (id, length) = match(in: bytes, at: position) else {
                    position += 1
                    continue
                }
                endText()
                fragments.append(.token(id))
                position += length
                start = position
            }
            endText()
        }
        return fragments
    }
}
