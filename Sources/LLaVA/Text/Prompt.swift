/// What the model reads before it answers: tokens, and the place of the picture.
///
/// The text on either side of the picture is tokenised alone, as `tokenizer_image_token` in
/// `llava/mm_utils.py` of the repository haotian-liu/LLaVA does. With LLaMA's vocabulary a chunk
/// that begins with a newline therefore begins with the two tokens of " \n".
public struct Prompt: Sendable, Equatable {
    /// A stretch of a prompt.
    public enum Segment: Sendable, Equatable {
        /// Text, as tokens; never none.
        case tokens([TokenID])
        /// The place of the picture's rows.
        case image
    }

    /// The prompt in order; at most one segment is the image.
    ///
    /// Behind the image, or from the beginning without one, text is cut where the prompt of each
    /// earlier turn ended. A conversation's prompt thus begins with the segments of the one before,
    /// whose keys and values can be kept, and it is cut the same if nothing was kept.
    public let segments: [Segment]

    /// Makes the prompt of a conversation.
    ///
    /// Control tokens are read in the template's text only: whatever a user types stays text, also
    /// a `</s>` or an `<image>`.
    ///
    /// Answers that were given are read as text, without white space around it, as the original's
    /// chat program reads them.
    ///
    /// - Parameters:
    ///   - question: The question to be answered.
    ///   - template: The model's template.
    ///   - tokenizer: The model's tokenizer.
    ///   - hasImage: Whether the conversation is about a picture.
    ///   - history: The turns before, oldest first.
    public init(
        question: String, template: ChatTemplate, tokenizer: any Tokenizer, hasImage: Bool,
        history: [ConversationTurn] = []
    ) {
        let parts = template.parts(question: question, hasImage: hasImage, history: history)
        let whole = Prompt(parts, tokenizer: tokenizer)
        guard let last = history.last else {
            self = whole
            return
        }
        let earlier = Prompt(
            question: last.question, template: template, tokenizer: tokenizer, hasImage: hasImage,
            history: Array(history.dropLast()))
        self = whole.continuing(earlier)
    }

    /// The same prompt, cut where an earlier one ends; as it is if it does not begin with that.
    private func continuing(_ earlier: Prompt) -> Prompt {
        let (known, text) = (Self.ids(earlier.suffix), Self.ids(suffix))
        guard prefix == earlier.prefix, text.starts(with: known), text.count > known.count else {
            return self
        }
        return Prompt(segments: earlier.segments + [.tokens(Array(text[known.count...]))])
    }

    private init(segments: [Segment]) { self.segments = segments }

    private static func ids(_ segments: ArraySlice<Segment>) -> [TokenID] {
        segments.flatMap { segment -> [TokenID] in
            if case .tokens(let ids) = segment { ids } else { [] }
        }
    }

    /// Makes a prompt of text in which control tokens are control tokens.
    ///
    /// - Parameters:
    ///   - raw: The whole text, with at most one `<image>`.
    ///   - tokenizer: The model's tokenizer.
    /// - Throws: `EngineError` of kind `prompt` if there is more than one `<image>`.
    public init(raw: String, tokenizer: any Tokenizer) throws(EngineError) {
        let chunks = Prompt.chunks(of: raw)
        guard chunks.count <= 2 else {
            throw EngineError(
                .prompt,
                "a prompt has one place for the picture and this one has \(chunks.count - 1); "
                    + "write \(PromptPart.imageMarker) once")
        }
        let parts = chunks.map { PromptPart.template($0) }
        self.init(
            chunks.count == 2 ? [parts[0], .image, parts[1]] : parts, tokenizer: tokenizer)
    }

    private init(_ parts: [PromptPart], tokenizer: any Tokenizer) {
        var builder = Builder(tokenizer: tokenizer)
        for part in parts { builder.add(part) }
        segments = builder.finish()
    }

    /// How many tokens the text has; the picture's rows are not counted.
    public var tokenCount: Int {
        Self.ids(segments[...]).count
    }

    /// Whether the prompt has a place for a picture.
    public var hasImage: Bool { segments.contains(.image) }

    /// The segments through the image, which every question about a picture shares; none if the
    /// prompt has no image.
    public var prefix: ArraySlice<Segment> { segments[..<suffixStart] }

    /// The segments after the image; all if the prompt has none.
    public var suffix: ArraySlice<Segment> { segments[suffixStart...] }

    private var suffixStart: Int { segments.firstIndex(of: .image).map { $0 + 1 } ?? 0 }

    /// Splits text at `<image>`, byte by byte: a combining mark after it must not hide it.
    private static func chunks(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        let marker = Array(PromptPart.imageMarker.utf8)
        var chunks: [String] = []
        var start = 0
        var position = 0
        while position < bytes.count {
            if bytes[position...].starts(with: marker) {
                chunks.append(String(decoding: bytes[start..<position], as: UTF8.self))
                position += marker.count
                start = position
            } else {
                position += 1
            }
        }
        chunks.append(String(decoding: bytes[start...], as: UTF8.self))
        return chunks
    }
}

extension Prompt {
    /// Tokenises parts: text is gathered until a control token or the image ends it.
    private struct Builder {
        let tokenizer: any Tokenizer
        private var segments: [Segment] = []
        private var ids: [TokenID] = []
        private var text = ""

        init(tokenizer: any Tokenizer) {
            self.tokenizer = tokenizer
            if tokenizer.addsBegin, let begin = tokenizer.beginID { ids = [begin] }
        }

        mutating func add(_ part: PromptPart) {
            switch part {
            case .quoted(let quoted): text += quoted
            case .template(let template):
                for fragment in tokenizer.controlFragments(of: template) {
                    switch fragment {
                    case .text(let plain): text += plain
                    case .token(let id): addControl(id)
                    }
                }
            case .image:
                endSegment()
                segments.append(.image)
            }
        }

        mutating func finish() -> [Segment] {
            endSegment()
            return segments
        }

        private mutating func addControl(_ id: TokenID) {
            endText()
            // Some templates write out the token a tokenizer puts in front anyway; once is meant.
            if tokenizer.addsBegin, id == tokenizer.beginID, segments.isEmpty, ids == [id] {
                return
            }
            ids.append(id)
        }

        private mutating func endText() {
            ids += tokenizer.encodePlain(text)
            text = ""
        }

        private mutating func endSegment() {
            endText()
            if !ids.isEmpty { segments.append(.tokens(ids)) }
            ids = []
        }
    }
}
