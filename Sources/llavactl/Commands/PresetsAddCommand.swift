import ArgumentParser
import Pipeline
import Storage

/// `presets add FILE`: a new preset, or a new version of one.
struct PresetsAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Store a preset from a YAML file, as a new version.")

    @OptionGroup var shared: SharedOptions

    @Argument(help: "The file, or - for standard input.")
    var file: String

    func run() async throws {
        let preset = try Preset(yaml: TextFile.read(file), source: file)
        try await shared.withDatabase { database, settings in
            try await PresetCheck.addMissing(to: database, settings)
            let before = try await database.presets().first { $0.name == preset.name }
            let row = try await database.addPreset(
                NewPreset(
                    name: preset.name, body: preset.json,
                    questions: preset.questions.map(\.name)))
            let isNew = before?.version != row.version
            let sink = FileSink.standardOutput()
            if shared.json {
                try sink.line(
                    JSONText.object([
                        "name": .string(row.name), "version": .number(row.version),
                        "new": .bool(isNew),
                    ]).text)
            } else {
                let what = isNew ? "Added" : "Known already:"
                try sink.line("\(what) \(row.name), version \(row.version)")
            }
            try sink.flush()
        }
    }
}
