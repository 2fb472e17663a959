import ArgumentParser
import LLaVA
import Settings

/// `model list`: the models there are.
struct ModelListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the models in the models folder.",
        discussion: """
            That is the folder 'models' below the state folder, where 'model pull' puts them and \
            'model.text: auto' looks; the model of the settings is marked.
            """)

    @OptionGroup var shared: SharedOptions
    @OptionGroup var format: FormatOption

    private static let columns = [
        Column("name"), Column("in_use"), Column("family"), Column("parameters", .number),
        Column("types"), Column("size", .number), Column("bytes", .hidden),
        Column("text", .hidden), Column("mmproj", .hidden), Column("problem", .prose),
    ]

    func run() async throws {
        let settings = try shared.settings()
        let used = try? settings.model.files(stateDirectory: settings.stateDirectory).text
        let printer = RowPrinter(
            columns: Self.columns, format: format.resolved(shared), to: .standardOutput())
        for entry in settings.modelsFolder.entries {
            let isUsed = JSONText.bool(entry.text == used)
            let paths = [JSONText.string(entry.text), .optional(entry.mmproj)]
            do {
                let model = try LlavaModel.load(
                    ModelLocation(text: entry.text, projector: entry.mmproj)
                ).summary
                let main = model.elementTypes.max { ($0.value, $1.key) < ($1.value, $0.key) }
                try printer.print(
                    [
                        .string(entry.name), isUsed, .string(model.family),
                        .string(SizeText.parameters(model.parameters)),
                        .string(main?.key ?? ""), .string(SizeText.bytes(model.fileBytes)),
                        .number(model.fileBytes),
                    ] + paths + [.null])
            } catch let error as EngineError {
                try printer.print(
                    [.string(entry.name), isUsed, .null, .null, .null, .null, .null] + paths
                        + [.string(error.message)])
            }
        }
        try printer.finish()
    }
}
