/// A part of a prompt that is read in one forward pass.
///
/// A prompt is always cut the same way: at the borders of its segments, and each segment from its
/// beginning into pieces of `LlamaDecoder.chunkRows`. Two prompts that begin alike therefore begin
/// with equal chunks, whose keys and values can be kept; and an answer does not depend on whether
/// they were.
enum PromptChunk: Equatable {
    /// Text.
    case tokens(ArraySlice<TokenID>)
    /// Rows of a picture, known by the number the engine gave it.
    case image(serial: Int, rows: Range<Int>)

    /// Positions it takes.
    var count: Int {
        switch self {
        case .tokens(let ids): ids.count
        case .image(_, let rows): rows.count
        }
    }

    /// Cuts a prompt.
    ///
    /// - Parameters:
    ///   - segments: The prompt.
    ///   - imageRows: Positions the picture takes.
    ///   - imageSerial: The picture's number.
    /// - Returns: The chunks in order.
    static func chunks(
        of segments: [Prompt.Segment], imageRows: Int, imageSerial: Int
    ) -> [PromptChunk] {
        segments.flatMap { segment in
            switch segment {
            case .tokens(let ids):
                pieces(of: ids.count).map { PromptChunk.tokens(ids[$0]) }
            case .image:
                pieces(of: imageRows).map { PromptChunk.image(serial: imageSerial, rows: $0) }
            }
        }
    }

    private static func pieces(of count: Int) -> [Range<Int>] {
        let size = LlamaDecoder.chunkRows
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}
