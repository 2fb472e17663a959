import ArgumentParser
import Pipeline
import Storage

/// `presets show NAME`: the wording of a preset.
struct PresetsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a preset's questions.")

    @OptionGroup var shared: SharedOptions

    @Argument(help: "The preset.")
    var name: String

    func run() async throws {
        try await shared.withDatabase { database, settings in
            try await PresetCheck.requireKnown([name], in: database, settings)
            guard let row = try await database.presets().first(where: { $0.name == name }) else {
                return
            }
            let sink = FileSink.standardOutput()
            if shared.json {
                try sink.line(
                    JSONText.object([
                        "name": .string(row.name), "version": .number(row.version),
                        "default": .bool(row.isDefault), "preset": .raw(row.body),
                    ]).text)
            } else {
                for line in try Self.lines(row) { try sink.line(line) }
            }
            try sink.flush()
        }
    }

    private static func lines(_ row: PresetRow) throws -> [String] {
        let preset = try Preset(json: row.body, version: row.version)
        var lines = ["\(row.name), version \(row.version)" + (row.isDefault ? ", default" : "")]
        if !preset.summary.isEmpty { lines.append(preset.summary) }
        for question in preset.questions {
            let form = "\(question.format.rawValue), at most \(question.tokenLimit) tokens"
            lines += ["", "\(question.name) (\(form))", "  " + question.prompt]
        }
        return lines
    }
}
