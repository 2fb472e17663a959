/// A question about a picture, ready to be read.
struct PictureQuestion {
    /// The whole prompt.
    let segments: [Prompt.Segment]
    /// The whole prompt, cut.
    let chunks: [PromptChunk]
    /// How to answer, the template's stop strings included.
    let options: GenerationOptions

    /// Positions of the prompt.
    var positions: Int { chunks.positions }

    /// The most positions that prompt and answer take; an answer's last token is never read.
    func mostPositions(contextLength: Int) -> Int {
        min(positions + max(options.maxTokens - 1, 0), contextLength)
    }
}
