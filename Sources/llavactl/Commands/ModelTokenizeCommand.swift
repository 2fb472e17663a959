import ArgumentParser
import LLaVA
import Settings

/// `model tokenize`: a text as the model's token ids.
struct ModelTokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Print a text's token ids as a JSON array.")

    @OptionGroup var shared: SharedOptions

    @Option(
        help: ArgumentHelp("The language model's GGUF file, or a model folder.", valueName: "file"))
    var model: String?

    @Flag(help: "Read control tokens in the text, such as </s>.")
    var special = false

    @Option(help: ArgumentHelp("Take the text from a file.", valueName: "file"))
    var file: String?

    @Argument(help: "The text.")
    var text: String?

    func validate() throws {
        guard (text == nil) != (file == nil) else {
            throw ValidationError("Give either a text or --file.")
        }
    }

    func run() async throws {
        let path: String
        if let model {
            path = model
        } else {
            let settings = try shared.settings()
            path = try settings.model.files(stateDirectory: settings.stateDirectory).text
        }
        let tokenizer = try LlavaModel.tokenizer(of: path)
        let text = try text ?? TextFile.read(file ?? "")
        let ids = tokenizer.encode(text, parsingSpecial: special)
        let sink = FileSink.standardOutput()
        try sink.line("[" + ids.map { "\($0)" }.joined(separator: ", ") + "]")
        try sink.flush()
    }
}
