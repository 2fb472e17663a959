import Pipeline
import Storage

/// Writes answers as LLaVA's training data: a JSON list of pictures with their conversations.
///
/// The shape is that of the original project's `llava_v1_5_mix665k.json`: `id`, `image`, and
/// `conversations` of turns `from` human and gpt, `<image>` before the first question.
struct ConversationExport {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    /// Writes the list.
    ///
    /// - Returns: How many answers it holds.
    func write(_ filter: ResultFilter, to sink: FileSink) async throws -> Int {
        let prompts = try await prompts()
        var picture: [ResultRow] = []
        var (count, pictures) = (0, 0)
        for try await rows in database.resultBatches(filter) {
            for row in rows {
                if let first = picture.first, first.path != row.path {
                    try sink.write((pictures == 0 ? "[" : ",\n ") + entry(picture, prompts).text)
                    pictures += 1
                    picture = []
                }
                picture.append(row)
                count += 1
            }
        }
        if !picture.isEmpty {
            try sink.write((pictures == 0 ? "[" : ",\n ") + entry(picture, prompts).text)
            pictures += 1
        }
        try sink.line(pictures == 0 ? "[]" : "]")
        try sink.flush()
        return count
    }

    /// The wording of every question: preset, version and name to prompt.
    private func prompts() async throws -> [String: String] {
        var prompts: [String: String] = [:]
        for row in try await database.presets(allVersions: true) {
            for question in try Preset(json: row.body, version: row.version).questions {
                prompts["\(row.name)/\(row.version)/\(question.name)"] = question.prompt
            }
        }
        return prompts
    }

    private func entry(_ rows: [ResultRow], _ prompts: [String: String]) -> JSONText {
        var turns: [JSONText] = []
        for (index, row) in rows.enumerated() {
            let key = "\(row.preset)/\(row.presetVersion)/\(row.question)"
            let prompt = (index == 0 ? "<image>\n" : "") + (prompts[key] ?? row.question)
            turns.append(.object(["from": .string("human"), "value": .string(prompt)]))
            turns.append(.object(["from": .string("gpt"), "value": .string(row.answer)]))
        }
        return .object([
            "id": .optional(rows.first?.sha256), "image": .optional(rows.first?.path),
            "conversations": .array(turns),
        ])
    }
}
