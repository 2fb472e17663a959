public import Images
import Threads

/// Looks at one picture at a time and answers questions about it.
///
/// Not `Sendable`: each worker thread makes its own, which owns the compute threads, every scratch
/// buffer and the key-value cache. The part of a prompt through the picture is read once and kept
/// for the next question; an answer is the same, token for token, whether it was kept or not.
public final class LlavaEngine {
    /// The model.
    public let model: LlavaModel
    /// Positions a prompt and its answer may take together.
    public let contextLength: Int

    let decoder: LlamaDecoder
    private let math: TensorMath
    private let encoder: VisionEncoder?

    private struct Picture {
        let embedding: ImageEmbedding
        let serial: Int
    }

    private var picture: Picture?
    private var pictureCount = 0
    /// What the cache holds, from its first position on.
    private var held: [PromptChunk] = []
    /// What looking at the picture cost, until an answer has reported it.
    private var unreported = Timings()

    /// Longer contexts than this are used only if asked for: their cache takes gigabytes.
    public static let defaultContextLimit = 4096

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - threads: Threads that compute, this one included; at least 1.
    ///   - contextLength: Positions a prompt and its answer may take; `nil` for the model's own
    ///     length, at most `defaultContextLimit`.
    ///   - batch: The most questions that are answered side by side, at least 1.
    /// - Throws: `EngineError` of kind `prompt` if the model was not trained for such a length.
    public init(
        model: LlavaModel, threads: Int, contextLength: Int? = nil, batch: Int = 1
    ) throws(EngineError) {
        let trained = model.configuration.language.contextLength
        let length = contextLength ?? min(trained, Self.defaultContextLimit)
        guard length > 0, length <= trained else {
            throw EngineError(
                .prompt,
                "a context of \(length) positions was asked for, but \(model.location.text) was "
                    + "trained for 1 to \(trained); ask for a length in that range")
        }
        guard threads > 0 else {
            throw EngineError(.prompt, "an engine needs at least 1 thread, not \(threads)")
        }
        guard batch > 0 else {
            throw EngineError(.prompt, "an engine answers at least 1 question, not \(batch)")
        }
        self.model = model
        self.contextLength = length
        let math = TensorMath(threads: threads, arithmetic: model.location.arithmetic)
        self.math = math
        decoder = LlamaDecoder(
            model.configuration.language, model.language, math: math, contextLength: length,
            batch: batch, storage: model.location.keyValueStorage)
        encoder = model.vision.map { VisionEncoder($0, math: math) }
    }

    /// Positions the picture takes; 0 if there is none.
    public var imageTokens: Int { picture?.embedding.tokenCount ?? 0 }

    /// Takes a picture for the questions that follow, in place of the one before.
    ///
    /// - Parameter image: Any picture.
    /// - Throws: `EngineError` of kind `missingPart` if the model has no vision tower.
    public func look(at image: RGBImage) throws(EngineError) {
        guard let preprocessor = model.preprocessor else { throw Self.blind(model) }
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
        guard let encoder else { throw Self.blind(model) }
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
        let positions = chunks.reduce(0) { $0 + $1.count }
        guard positions > 0 else {
            throw EngineError(.prompt, "the prompt is empty; ask something")
        }
        guard positions < contextLength else {
            throw EngineError(
                .prompt,
                "the prompt takes \(positions) positions, \(imageTokens) of them for the picture, "
                    + "but the context has \(contextLength) and one must stay free for the answer; "
                    + "ask a shorter question or raise the context length")
        }
        return chunks
    }

    /// Reads a prompt into the cache, which afterwards holds exactly it.
    ///
    /// - Parameters:
    ///   - chunks: The prompt.
    ///   - isCancelled: Asked once a layer.
    ///   - onChunk: Called after each chunk that was read now, with its first position.
    /// - Returns: Whether all was read; if cancelled, what was read stays usable.
    func read(
        _ chunks: [PromptChunk], isCancelled: () -> Bool,
        onChunk: (_ position: Int, _ chunk: PromptChunk) -> Void = { _, _ in }
    ) -> Bool {
        // The last chunk is always read again: its last row gives the first token's scores.
        var shared = 0
        while shared < chunks.count - 1, shared < held.count, chunks[shared] == held[shared] {
            shared += 1
        }
        held.removeLast(held.count - shared)
        decoder.cache.truncate(to: held.reduce(0) { $0 + $1.count })
        for chunk in chunks[shared...] {
            let position = decoder.cache.length
            guard
                decoder.append(
                    input(chunk), phase: .prompt, isCancelled: isCancelled)
            else { return false }
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

    private func input(_ chunk: PromptChunk) -> LlamaDecoder.Input {
        switch chunk {
        case .tokens(let ids): return .tokens(ids)
        case .image(_, let rows):
            guard let picture else {
                preconditionFailure("a chunk of a picture without one passed chunks(of:)")
            }
            return .image(picture.embedding, rows: rows)
        }
    }

    private static func blind(_ model: LlavaModel) -> EngineError {
        EngineError(
            .missingPart,
            "\(model.location.text) was loaded without a projector file, so it sees no pictures; "
                + "set model.mmproj or --mmproj")
    }
}

extension Duration {
    /// The length in milliseconds.
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
    }
}
