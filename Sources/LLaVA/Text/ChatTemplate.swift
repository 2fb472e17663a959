/// How a model was trained to see a conversation: the text around questions, answers and picture.
///
/// Every layout of the original project is four pieces of text, so a template is data and not code.
public struct ChatTemplate: Sendable, Equatable {
    /// Where the picture stands.
    enum ImagePlace: Sendable, Equatable {
        /// In front of the first question, with a newline between.
        case beforeQuestion
        /// Behind the first question, with a newline between.
        case afterQuestion
        /// In front of the first question, between two control tokens and with nothing else.
        case between(String, String)
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
    /// Whether the picture stands between two tokens of its own.
    private(set) var marksPictures = false

    /// The tokens between which a picture stands in the first LLaVA models ('mm_use_im_start_end' in
    /// their configurations); `llava/constants.py` in the repository haotian-liu/LLaVA.
    static let pictureMarks = (begin: "<im_start>", end: "<im_end>")

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
    /// - Parameter name: A name or an alias of the table, with `:marked` behind it for a model whose
    ///   pictures stand between `<im_start>` and `<im_end>`.
    /// - Returns: The template.
    /// - Throws: `EngineError` of kind `template` that names the known ones.
    public static func named(_ name: String) throws(EngineError) -> ChatTemplate {
        let wish = try Wish(name)
        return wish.marksPictures == true ? wish.template.markingPictures : wish.template
    }

    /// What a user asks for by a name.
    struct Wish {
        /// The template.
        let template: ChatTemplate
        /// Whether pictures stand between marks, if the name says so or not so.
        let marksPictures: Bool?

        /// Reads `NAME`, `NAME:marked` or `NAME:unmarked`.
        init(_ wish: String) throws(EngineError) {
            let endings = [":marked": true, ":unmarked": false]
            let ending = endings.keys.first { wish.hasSuffix($0) }
            let name = wish.dropLast(ending?.count ?? 0)
            guard
                let template = all.first(where: {
                    $0.name == name || $0.aliases.contains(String(name))
                })
            else {
                throw EngineError(
                    .template,
                    "there is no chat template '\(wish)'; set model.template or --template to one of "
                        + knownNames)
            }
            self.template = template
            marksPictures = ending.flatMap { endings[$0] }
        }
    }

    /// The name that chooses exactly this.
    var fullName: String { marksPictures ? "\(name):marked" : name }

    /// The same template with every picture between marks.
    var markingPictures: ChatTemplate {
        var template = self
        template.marksPictures = true
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
        for (index, turn) in history.enumerated() {
            parts += questionParts(turn.question, hasImage: hasImage, isFirst: index == 0)
            parts += [.template(afterQuestion + beforeAnswer), .quoted(turn.answer)]
            parts.append(.template(betweenTurns))
        }
        parts += questionParts(question, hasImage: hasImage, isFirst: history.isEmpty)
        parts.append(.template(afterQuestion))
        return parts.filter { !$0.text.isEmpty }
    }

    /// A question, and what stands around the first one for the picture.
    private func questionParts(
        _ question: String, hasImage: Bool, isFirst: Bool
    ) -> [PromptPart] {
        guard hasImage else { return [.quoted(question)] }
        switch imagePlace {
        case .alone: return isFirst ? [.image] : []
        case _ where !isFirst: return [.quoted(question)]
        case .beforeQuestion: return marked + [.template("\n"), .quoted(question)]
        case .between(let begin, let end):
            return [.template(begin), .image, .template(end), .quoted(question)]
        case .afterQuestion: return [.quoted(question), .template("\n")] + marked
        case .turnOfItsOwn:
            return [.template("<Image>")] + marked + [
                .template("</Image>"),
                .template(afterQuestion + beforeAnswer + "Received." + betweenTurns),
                .quoted(question),
            ]
        }
    }

    private var marked: [PromptPart] {
        guard marksPictures else { return [.image] }
        return [.template(Self.pictureMarks.begin), .image, .template(Self.pictureMarks.end)]
    }
}
