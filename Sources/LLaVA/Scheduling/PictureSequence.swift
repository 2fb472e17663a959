/// A picture in flight: its part of the cache, and which of its questions wait.
final class PictureSequence {
    let task: PictureTask
    /// The picture as rows of the language model, if there is one.
    let embedding: ImageEmbedding?
    let questions: [PictureQuestion]
    /// Chunks that all its prompts begin with.
    let sharedChunks: ArraySlice<PromptChunk>
    /// Positions of them.
    let sharedPositions: Int
    /// Rows of the cache it needs, with room for an answer of its own: the shared chunks, the rest of
    /// its longest prompt while that is read, and its longest answer behind its question.
    let neededRows: Int

    /// The prompt that is read, or the part that all share; empty until `place(in:)`.
    private(set) var prompt = CacheSpan(rows: 0..<0)
    /// The rows it has in the cache.
    private(set) var rows = 0..<0
    /// The place of an answer of its own, always there: so that no picture waits for another's end.
    private(set) var home = 0..<0
    /// Whether an answer is written there.
    var isHomeTaken = false

    /// The first question that was not begun.
    var nextQuestion = 0
    /// Questions that have no answer yet.
    var unanswered: Int
    /// Why the work on it ends before its last answer.
    var end: PictureTask.End?
    /// What looking at it and reading the shared chunks cost, until an answer has reported it.
    var cost = Timings()

    /// Prepares a picture's questions.
    ///
    /// - Throws: `EngineError` of kind `template` or `prompt`.
    init(
        _ task: PictureTask, embedding: ImageEmbedding?, model: LlavaModel, contextLength: Int
    ) throws(EngineError) {
        let template = try model.requiredTemplate()
        let imageRows = embedding?.tokenCount ?? 0
        var questions: [PictureQuestion] = []
        for request in task.requests {
            let prompt = Prompt(
                question: request.question, template: template, tokenizer: model.tokenizer,
                hasImage: embedding != nil)
            let chunks = PromptChunk.chunks(
                of: prompt.segments, imageRows: imageRows, imageSerial: 0)
            try PromptChunk.check(chunks, imageRows: imageRows, contextLength: contextLength)
            var options = request.options
            options.stopStrings += template.stopStrings
            questions.append(
                PictureQuestion(segments: prompt.segments, chunks: chunks, options: options))
        }
        let shared = PromptChunk.sharedPrefix(of: questions.map(\.chunks))
        let sharedPositions = shared.positions
        self.task = task
        self.embedding = embedding
        self.questions = questions
        sharedChunks = shared
        self.sharedPositions = sharedPositions
        unanswered = questions.count
        neededRows =
            (questions.map(\.positions).max() ?? 0)
            + (questions.map { $0.mostPositions(contextLength: contextLength) }.max() ?? 0)
            - sharedPositions
    }

    /// Gives it its rows, `neededRows` of them.
    func place(in rows: Range<Int>) {
        let longest = questions.map(\.positions).max() ?? 0
        self.rows = rows
        prompt = CacheSpan(rows: rows.prefix(longest))
        home = rows.dropFirst(longest)
    }

    /// Counts positions of its prompt that were read.
    func advance(by positions: Int) { prompt.advance(by: positions) }

    /// Forgets all but the shared part of its prompt.
    func keepShared() { prompt.truncate(to: sharedPositions) }
}
