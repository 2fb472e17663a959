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
        lines.append(sampling(preset.sampling))
        for question in preset.questions {
            let form = "\(question.format.rawValue), at most \(question.tokenLimit) tokens"
            lines += ["", "\(question.name) (\(form))", "  " + question.prompt]
        }
        return lines
    }

    /// How answers are drawn, in one line: what is set, by the names of the preset's file.
    private static func sampling(_ rules: SamplingRules) -> String {
        var words: [String] = []
        if rules.temperature > 0 {
            words.append("temperature \(rules.temperature)")
            if rules.topK > 0 { words.append("top_k \(rules.topK)") }
            if rules.topP < 1 { words.append("top_p \(rules.topP)") }
            if rules.minP > 0 { words.append("min_p \(rules.minP)") }
            words.append("seed \(rules.seed)")
        } else {
            words.append("the likeliest token each time")
        }
        if rules.repetitionPenalty != 1 {
            words.append("repetition_penalty \(rules.repetitionPenalty)")
        }
        if !rules.repetitionGuard { words.append("no repetition_guard") }
        if !rules.stop.isEmpty {
            let stops = rules.stop.map { JSONText.string($0).text }
            words.append("stop " + stops.joined(separator: " "))
        }
        return "Sampling: " + words.joined(separator: ", ")
    }
}
