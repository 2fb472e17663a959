import ArgumentParser
import FoundationEssentials
import LLaVA
import Settings

/// `model tokenize`: a text as the model's token ids.
struct ModelTokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Print a text's token ids as a JSON array.",
        discussion: """
            With --lines every line of standard input, or of --file, is a text as a JSON string, \
            and a line with its ids is printed for each.
            """)

    @OptionGroup var shared: SharedOptions

    @Option(
        help: ArgumentHelp("The language model's GGUF file, or a model folder.", valueName: "file"))
    var model: String?

    @Flag(help: "Read control tokens in the text, such as </s>.")
    var special = false

    @Option(help: ArgumentHelp("Take the text from a file.", valueName: "file"))
    var file: String?

    @Flag(help: "Read many texts: a JSON string a line.")
    var lines = false

    @Argument(help: "The text.")
    var text: String?

    func validate() throws {
        guard !lines else {
            guard text == nil else {
                throw ValidationError("--lines reads texts from --file or standard input.")
            }
            return
        }
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
        let sink = FileSink.standardOutput()
        for text in try texts() {
            let ids = tokenizer.encode(text, parsingSpecial: special)
            try sink.line("[" + ids.map { "\($0)" }.joined(separator: ", ") + "]")
        }
        try sink.flush()
    }

    private func texts() throws -> [String] {
        if let text { return [text] }
        let whole = try TextFile.read(file ?? "-")
        guard lines else { return [whole] }
        let decoder = JSONDecoder()
        return try whole.utf8.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
            do {
                return try decoder.decode(String.self, from: Data(line))
            } catch {
                throw CommandFailure(
                    .usage,
                    "\(file ?? "standard input"): line \(index + 1) is no JSON string, such as "
                        + "\"a text\": write a text a line")
            }
        }
    }
}
