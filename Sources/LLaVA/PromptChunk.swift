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

    /// The chunks that all of some prompts begin with; at least one chunk of each is left.
    static func sharedPrefix(of prompts: [[PromptChunk]]) -> ArraySlice<PromptChunk> {
        guard let first = prompts.first, let shortest = prompts.map(\.count).min() else {
            return []
        }
        let most = max(0, shortest - 1)
        let shared = (0..<most).first { index in
            prompts.contains { $0[index] != first[index] }
        }
        return first[..<(shared ?? most)]
    }

    /// Checks that a prompt fits.
    ///
    /// - Parameters:
    ///   - chunks: The prompt.
    ///   - imageRows: Positions the picture takes, for the message.
    ///   - contextLength: Positions there are.
    /// - Throws: `EngineError` of kind `prompt`.
    static func check(
        _ chunks: [PromptChunk], imageRows: Int, contextLength: Int
    ) throws(EngineError) {
        let positions = chunks.positions
        guard positions > 0 else {
            throw EngineError(.prompt, "the prompt is empty; ask something")
        }
        guard positions < contextLength else {
            throw EngineError(
                .prompt,
                "the prompt takes \(positions) positions, \(imageRows) of them for the picture, "
                    + "but the context has \(contextLength) and one must stay free for the answer; "
                    + "ask a shorter question or raise the context length")
        }
    }

    /// The chunk as the decoder takes it.
    ///
    /// - Parameter picture: The picture that chunks of one are rows of.
    /// - Returns: Its rows.
    func input(_ picture: ImageEmbedding?) -> LlamaDecoder.Input {
        switch self {
        case .tokens(let ids): return .tokens(ids)
        case .image(_, let rows):
            guard let picture else {
                preconditionFailure("a chunk of a picture is read without one")
            }
            return .image(picture, rows: rows)
        }
    }

    private static func pieces(of count: Int) -> [Range<Int>] {
        let size = LlamaDecoder.chunkRows
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}

extension Collection where Element == PromptChunk {
    /// Positions they take together.
    var positions: Int { reduce(0) { $0 + $1.count } }
}
