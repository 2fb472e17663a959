/// One answer while it is written: takes the scores after each position, says what to read next.
///
/// It knows nothing of the language model, so whoever runs that decides how many answers are written
/// at once.
struct AnswerWriter {
    /// What is to be done after a token.
    enum Step: Equatable {
        /// Read this token and give its scores.
        case goOn(TokenID)
        /// The answer is complete.
        case ended(FinishReason)
    }

    /// The tokens so far.
    var tokens: [GeneratedToken] { text.tokens }

    private let options: GenerationOptions
    private let tokenizer: any Tokenizer
    private var sampler: Sampler
    private var text: AnswerText
    private var repetition: RepetitionGuard?
    private var isStopped = false

    /// Starts an answer.
    ///
    /// - Parameters:
    ///   - prompt: What is answered.
    ///   - options: How to answer.
    ///   - tokenizer: The model's tokenizer.
    init(to prompt: [Prompt.Segment], options: GenerationOptions, tokenizer: any Tokenizer) {
        self.options = options
        self.tokenizer = tokenizer
        let words = prompt.flatMap { segment -> [TokenID] in
            if case .tokens(let ids) = segment { ids } else { [] }
        }
        sampler = Sampler(options, prompt: words, answerCount: tokenizer.answerCount)
        text = AnswerText(
            stopStrings: options.stopStrings, dropsLeadingSpace: tokenizer.dropsLeadingSpace)
        if options.endsRepetition { repetition = RepetitionGuard() }
    }

    /// Chooses the next token.
    ///
    /// - Parameters:
    ///   - logits: The scores after the last position that was read.
    ///   - onToken: Given the tokens whose text is certain to belong to the answer.
    /// - Returns: What to do.
    /// - Throws: `EngineError` of kind `numerics`.
    mutating func step(
        _ logits: UnsafeBufferPointer<Float>, onToken: (GeneratedToken) -> Void
    ) throws(EngineError) -> Step {
        let choice = try sampler.choose(from: logits)
        if !options.ignoresEnd, tokenizer.endIDs.contains(choice.id) { return .ended(.stop) }
        let isComplete = text.append(
            choice, addPiece: { [tokenizer] in tokenizer.appendPiece(choice.id, to: &$0) },
            onToken: onToken)
        if isComplete {
            isStopped = true
            return .ended(.stop)
        }
        if repetition?.append(choice.id) == true { return .ended(.repetition) }
        return tokens.count < options.maxTokens ? .goOn(choice.id) : .ended(.length)
    }

    /// Completes the text.
    ///
    /// - Parameter onToken: Given the tokens that were held back, unless a stop string came.
    /// - Returns: The text without white space around it.
    mutating func finish(onToken: (GeneratedToken) -> Void) -> String {
        text.finish(isStopped: isStopped, onToken: onToken)
    }
}
