extension Preset {
    /// The most questions a preset may have.
    public static let maximumQuestions = 64
    /// The most bytes of UTF-8 a question's prompt may have.
    public static let maximumPromptBytes = 4000
    /// The most tokens an answer may be allowed.
    public static let maximumTokens = 4096
    /// The most characters of a preset's or question's name.
    static let maximumNameLength = 64
    /// The most bytes of UTF-8 of a summary.
    static let maximumSummaryBytes = 1000

    /// Checks every rule a preset must keep.
    ///
    /// - Parameter source: Where the preset comes from, for the sentence.
    /// - Throws: `PipelineError` of class `preset` naming the first rule broken.
    public func validate(source: String) throws(PipelineError) {
        try Self.checkName(name, of: "preset", source: source)
        try Self.checkText(
            summary, named: "summary", limit: Self.maximumSummaryBytes, source: source)
        guard (1...Self.maximumQuestions).contains(questions.count) else {
            throw Self.broken(
                source,
                "a preset asks 1 to \(Self.maximumQuestions) questions, this one asks "
                    + "\(questions.count): add or remove some")
        }
        var seen: Set<String> = []
        for question in questions {
            try Self.check(question, source: source)
            guard seen.insert(question.name).inserted else {
                throw Self.broken(
                    source, "two questions are called '\(question.name)': rename one of them")
            }
        }
        if let fault = sampling.fault { throw Self.broken(source, fault) }
    }

    private static func check(_ question: Question, source: String) throws(PipelineError) {
        try checkName(question.name, of: "question", source: source)
        let owner = "the question '\(question.name)'"
        guard !question.prompt.allSatisfy(\.isWhitespace) else {
            throw broken(source, "\(owner) has an empty prompt: write what the model is to answer")
        }
        try checkText(
            question.prompt, named: "prompt of \(owner)", limit: maximumPromptBytes, source: source)
        guard !question.prompt.contains("<image>") else {
            throw broken(
                source,
                "\(owner) contains '<image>': remove it, the chat template places the "
                    + "picture")
        }
        guard (1...maximumTokens).contains(question.tokenLimit) else {
            throw broken(
                source,
                "max_tokens of \(owner) is \(question.tokenLimit): give 1 to "
                    + "\(maximumTokens)")
        }
        guard question.schema == nil || question.format == .json else {
            throw broken(
                source,
                "\(owner) has a schema and the format '\(question.format.rawValue)': a "
                    + "schema needs 'format: json'")
        }
        if let schema = question.schema, let fault = AnswerSchema.fault(in: schema) {
            throw broken(source, "the schema of \(owner) \(fault)")
        }
    }

    private static func checkName(
        _ name: String, of what: String, source: String
    ) throws(PipelineError) {
        let isAllowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isAllowed, (1...maximumNameLength).contains(name.utf8.count) else {
            throw broken(
                source,
                "the \(what) name '\(name.prefix(80))' is not allowed: use 1 to "
                    + "\(maximumNameLength) of a-z, 0-9, '-' and '_'")
        }
    }

    private static func checkText(
        _ text: String, named what: String, limit: Int, source: String
    ) throws(PipelineError) {
        guard text.utf8.count <= limit else {
            throw broken(
                source, "the \(what) has \(text.utf8.count) bytes: at most \(limit) are allowed")
        }
        guard !text.utf8.contains(0) else {
            throw broken(source, "the \(what) contains the character NUL: remove it")
        }
    }

    static func broken(_ source: String, _ sentence: String) -> PipelineError {
        PipelineError(.preset, .preset, "\(source): \(sentence).")
    }
}
