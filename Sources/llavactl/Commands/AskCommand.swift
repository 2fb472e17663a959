import ArgumentParser
import Images
import LLaVA
import Settings

/// `ask IMAGE QUESTION`: answers now, without a database.
struct AskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask about one picture, without a database.",
        usage: """
            llavactl ask IMAGE QUESTION
            llavactl ask IMAGE [QUESTION] --chat
            llavactl ask IMAGE -
            llavactl ask --no-image QUESTION
            """,
        discussion: """
            With --chat, or - for the question, every line of standard input is a further question \
            of one conversation about the picture; earlier questions and answers are not read \
            again. With --json each answer is one line.
            """)

    @OptionGroup var shared: SharedOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingOptions

    @Argument(help: "The picture; left out with --no-image.")
    var image: String?

    @Argument(help: "The question, or - for standard input; not needed with --raw-prompt.")
    var question: String?

    @Flag(help: "Go on with the questions of standard input, one a line.")
    var chat = false

    @Flag(name: .customLong("no-image"), help: "Ask the language model alone, without a picture.")
    var isTextOnly = false

    @Option(
        help: ArgumentHelp(
            "The whole prompt, with <image> where the picture goes; control tokens are read.",
            valueName: "text"))
    var rawPrompt: String?

    @Option(help: ArgumentHelp("Threads to compute with.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        guard isTextOnly || image != nil else {
            throw ValidationError("Give a picture, or --no-image.")
        }
        guard !isTextOnly || question == nil else {
            throw ValidationError("With --no-image give a question and no picture.")
        }
        guard rawPrompt != nil || !(words ?? "").isEmpty || chat else {
            throw ValidationError("Give a question after the picture, or --raw-prompt, or --chat.")
        }
        guard rawPrompt == nil || !readsInput else {
            throw ValidationError("--raw-prompt is one prompt and takes no further questions.")
        }
        guard threads.map({ (1...1024).contains($0) }) ?? true else {
            throw ValidationError("--threads takes 1 to 1024.")
        }
    }

    /// The question given: the only argument where there is no picture.
    private var words: String? { isTextOnly ? image : question }

    /// Whether further questions come from standard input.
    private var readsInput: Bool { chat || words == "-" }

    func run() async throws {
        let settings = try shared.settings()
        let location = try model.location(settings, isTextOnly: isTextOnly)
        let path = isTextOnly ? nil : image.map(GivenPath.absolute)
        let reader = PictureReader(settings.images, reading: location.reading)
        let threads = threads ?? settings.workers.threads ?? EngineThread.defaultCount
        let isJSON = shared.json
        try await EngineThread.run {
            // A picture that cannot be read is told before the model takes its time to load.
            let picture = try path.map { try reader.read($0).get() }
            let begin = ContinuousClock.now
            let engine = try LlavaEngine(model: LlavaModel.load(location), threads: threads)
            let loadMS = (ContinuousClock.now - begin) / .milliseconds(1)
            if let picture { try engine.look(at: picture.pixels) }
            var session = AskSession(
                engine: engine, options: sampling.options, loadMS: loadMS, printsJSON: isJSON)
            if let rawPrompt {
                try session.answer(raw: rawPrompt)
            } else {
                try converse(in: &session)
            }
        }
    }

    private func converse(in session: inout AskSession) throws {
        if let words, words != "-" { try session.answer(words, isTurn: readsInput) }
        guard readsInput else { return }
        let lines = QuestionLines()
        while let question = try lines.next() { try session.answer(question, isTurn: true) }
    }
}
