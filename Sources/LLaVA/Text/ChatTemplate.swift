/// How a model was trained to see a conversation: the text around questions, answers and picture.
///
/// Every layout of the original project is four pieces of text, so a template is data and not code.
public struct ChatTemplate: Sendable, Equatable {
    /// Where the picture stands.
    enum ImagePlace: Sendable, Equatable {
        /// In front of the first question, with a newline between.
        case beforeQuestion
        /// In a turn of its own, between tags, that the model answered with one word.
        case turnOfItsOwn
        /// Instead of the question.
        case alone
    }

    /// The name people choose the template by.
    public let name: String
    /// Other names of the same template.
    public let aliases: [String]
    /// Texts at which an answer ends and which are no part of it.
    public let stopStrings: [String]

    /// The text before the first question.
    let opening: String
    /// The text after a question; the answer, or `beforeAnswer` and an old answer, follows.
    let afterQuestion: String
    /// The text between `afterQuestion` and an answer that was given.
    let beforeAnswer: String
    /// The text between an answer and the next question.
    let betweenTurns: String
    let imagePlace: ImagePlace

    init(
        _ name: String, aliases: [String] = [], stopStrings: [String], opening: String,
        afterQuestion: String, beforeAnswer: String, betweenTurns: String,
        imagePlace: ImagePlace = .beforeQuestion
    ) {
        self.name = name
        self.aliases = aliases
        self.stopStrings = stopStrings
        self.opening = opening
        self.afterQuestion = afterQuestion
        self.beforeAnswer = beforeAnswer
        self.betweenTurns = betweenTurns
        self.imagePlace = imagePlace
    }

    /// Finds a template by its name.
    ///
    /// - Parameter name: A name or an alias of the table.
    /// - Returns: The template.
    /// - Throws: `EngineError` of kind `template` that names the known ones.
    public static func named(_ name: String) throws(EngineError) -> ChatTemplate {
        guard let template = all.first(where: { $0.name == name || $0.aliases.contains(name) })
        else {
            throw EngineError(
                .template,
                "there is no chat template '\(name)'; set model.template or --template to one of "
                    + knownNames)
        }
        return template
    }

    /// The names of the table, for messages.
    static var knownNames: String { all.map(\.name).joined(separator: ", ") }

    /// Renders a conversation up to where the next answer begins.
    ///
    /// - Parameters:
    ///   - question: The question to be answered; it is not trimmed.
    ///   - hasImage: Whether the conversation is about a picture.
    ///   - history: The turns before, oldest first.
    /// - Returns: The whole text, with `<image>` where the picture goes.
    public func render(
        question: String, hasImage: Bool, history: [ConversationTurn] = []
    ) -> String {
        parts(question: question, hasImage: hasImage, history: history).map(\.text).joined()
    }

    /// Renders a conversation up to where the next answer begins, keeping apart who wrote what.
    ///
    /// - Parameters:
    ///   - question: The question to be answered; it is not trimmed.
    ///   - hasImage: Whether the conversation is about a picture.
    ///   - history: The turns before, oldest first.
    /// - Returns: Parts whose texts, joined, are the prompt.
    public func parts(
        question: String, hasImage: Bool, history: [ConversationTurn] = []
    ) -> [PromptPart] {
        var parts: [PromptPart] = [.template(opening)]
        if hasImage { parts += imageParts }
        for turn in history {
            parts += questionParts(turn.question, hasImage: hasImage)
            parts += [.template(afterQuestion + beforeAnswer), .quoted(turn.answer)]
            parts.append(.template(betweenTurns))
        }
        parts += questionParts(question, hasImage: hasImage)
        parts.append(.template(afterQuestion))
        return parts.filter { !$0.text.isEmpty }
    }

    private var imageParts: [PromptPart] {
        switch imagePlace {
        case .beforeQuestion: [.image, .template("\n")]
        case .alone: [.image]
        case .turnOfItsOwn:
            [
                .template("<Image>"), .image, .template("</Image>"),
                .template(afterQuestion + beforeAnswer + "Received." + betweenTurns),
            ]
        }
    }

    private func questionParts(_ question: String, hasImage: Bool) -> [PromptPart] {
        imagePlace == .alone && hasImage ? [] : [.quoted(question)]
    }
}
