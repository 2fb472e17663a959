public import Images
import Threads

/// Looks at one picture at a time and answers questions about it, one after the other.
///
/// For conversations; many pictures are the business of `Scheduler`, whose answers are the same,
/// token for token. Not `Sendable`: it belongs to one thread and owns its compute threads, every
/// scratch buffer and the key-value cache. The part of a prompt through the picture is read once and
/// kept for the next question; an answer is the same, token for token, whether it was kept or not.
public final class LlavaEngine {
    /// The model.
    public let model: LlavaModel
    /// Positions a prompt and its answer may take together.
    public let contextLength: Int

    let decoder: LlamaDecoder
    private let encoder: VisionEncoder?

    private struct Picture {
        let embedding: ImageEmbedding
        let serial: Int
    }

    private var picture: Picture?
    private var pictureCount = 0
    /// The whole cache.
    var sequence: CacheSpan
    /// What it holds, from its first position on.
    private var held: [PromptChunk] = []
    /// What looking at the picture cost, until an answer has reported it.
    private var unreported = Timings()

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - threads: Threads that compute, this one included; at least 1.
    ///   - contextLength: Positions a prompt and its answer may take; `nil` for the model's own
    ///     length, at most `LlavaModel.defaultContextLimit`.
    /// - Throws: `EngineError` of kind `prompt` if the model was not trained for such a length.
    public init(
        model: LlavaModel, threads: Int, contextLength: Int? = nil
    ) throws(EngineError) {
        let length = try model.contextLength(contextLength)
        guard threads > 0 else {
            throw EngineError(.prompt, "an engine needs at least 1 thread, not \(threads)")
        }
        self.model = model
        self.contextLength = length
        let math = TensorMath(threads: threads, arithmetic: model.location.arithmetic)
        decoder = LlamaDecoder(
            model.configuration.language, model.language, math: math, contextLength: length,
            batch: 1, cacheRows: length, storage: model.location.keyValueStorage)
        sequence = CacheSpan(rows: 0..<length)
        encoder = model.vision.map { VisionEncoder($0, math: math) }
    }

    /// Positions the picture takes; 0 if there is none.
    public var imageTokens: Int { picture?.embedding.tokenCount ?? 0 }

    /// Takes a picture for the questions that follow, in place of the one before.
    ///
    /// - Parameter image: Any picture.
    /// - Throws: `EngineError` of kind `missingPart` if the model has no vision tower.
    public func look(at image: RGBImage) throws(EngineError) {
        guard let preprocessor = model.preprocessor else { throw model.blind }
        forget()
        let clock = ContinuousClock()
        let start = clock.now
        let views = preprocessor.input(for: image)
        let imageMS = start.duration(to: clock.now).milliseconds
        try look(at: views)
        unreported.imageMS = imageMS
    }

    /// Takes a picture that is already the vision tower's input.
    ///
    /// - Parameters:
    ///   - views: What the model's preprocessor gives.
    ///   - observer: For tests: sees the vision tower's hidden states.
    /// - Throws: `EngineError` of kind `missingPart` if the model has no vision tower.
    public func look(
        at views: ImageViews, observer: VisionEncoder.Observer? = nil
    ) throws(EngineError) {
        guard let encoder else { throw model.blind }
        forget()
        let clock = ContinuousClock()
        let start = clock.now
        let embedding = encoder.encode(views, observer: observer)
        pictureCount += 1
        picture = Picture(embedding: embedding, serial: pictureCount)
        unreported.encodeMS = start.duration(to: clock.now).milliseconds
    }

    /// Drops the picture; questions that follow are about text alone.
    public func forget() {
        picture = nil
        unreported = Timings()
    }

    /// The picture as rows of the language model's embedding space, if there is one.
    public var imageEmbedding: ImageEmbedding? { picture?.embedding }

    // MARK: - Reading prompts

    /// Cuts a prompt into chunks and checks that it fits.
    ///
    /// - Throws: `EngineError` of kind `prompt`.
    func chunks(of segments: [Prompt.Segment]) throws(EngineError) -> [PromptChunk] {
        if segments.contains(.image), picture == nil {
            throw EngineError(
                .prompt,
                "the prompt has a place for a picture, but none was given; give one or leave "
                    + "\(PromptPart.imageMarker) out")
        }
        let chunks = PromptChunk.chunks(
            of: segments, imageRows: imageTokens, imageSerial: picture?.serial ?? 0)
        try PromptChunk.check(chunks, imageRows: imageTokens, contextLength: contextLength)
        return chunks
    }

    /// Reads a prompt into the cache, which afterwards holds exactly it.
    ///
    /// - Parameters:
    ///   - chunks: The prompt.
    ///   - firstScored: The first position whose scores are wanted; the last one if `nil`.
    ///   - isCancelled: Asked once a layer.
    ///   - onChunk: Called after each chunk that was read now, with its first position.
    /// - Returns: Whether all was read; if cancelled, what was read stays usable.
    func read(
        _ chunks: [PromptChunk], firstScored: Int? = nil, isCancelled: () -> Bool,
        onChunk: (_ position: Int, _ chunk: PromptChunk) -> Void = { _, _ in }
    ) -> Bool {
        // The last chunk is always read again: its last row gives the first token's scores.
        var shared = 0
        while shared < chunks.count - 1, shared < held.count, chunks[shared] == held[shared] {
            shared += 1
        }
        held.removeLast(held.count - shared)
        sequence.truncate(to: held.positions)
        let scored = firstScored ?? chunks.positions - 1
        for chunk in chunks[shared...] {
            let position = sequence.count
            guard
                decoder.append(
                    chunk.input(picture?.embedding), to: sequence, phase: .prompt,
                    givesScores: position + chunk.count > scored, isCancelled: isCancelled)
            else { return false }
            sequence.advance(by: chunk.count)
            held.append(chunk)
            onChunk(position, chunk)
        }
        return true
    }

    /// Takes the cost of looking at the picture, once.
    func takeTimings() -> Timings {
        defer { unreported = Timings() }
        return unreported
    }
}

extension Duration {
    /// The length in milliseconds.
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
    }
}
