import ArgumentParser
import Assembly
import Images
import LLaVA
import Pipeline
import Settings
import Storage

/// `presets test NAME IMAGE`: a preset tried on one picture; nothing is stored.
struct PresetsTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Try a preset on one picture without storing anything.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var format: FormatOption

    @Argument(help: "A preset by name, or its YAML file.")
    var preset: String

    @Argument(help: "The picture.")
    var image: String

    private static let columns = [
        Column("question"), Column("answer", .prose), Column("data"),
        Column("confidence", .number), Column("finish_reason", .hidden),
        Column("tokens", .number), Column("duration_ms", .number),
    ]

    func run() async throws {
        let settings = try shared.settings()
        let location = try model.location(settings)
        let preset = try await wanted()
        let loader = ImageLoader(limits: ImageLimits(settings.images))
        let decoder = ImageDecoder(settings.images, reading: location.reading)
        let path = GivenPath.absolute(image)
        let threads = settings.workers.threads ?? EngineThread.defaultCount
        let answers = try await EngineThread.run {
            let model = try LlavaModel.load(location)
            guard let preprocessor = model.preprocessor else { throw model.blind }
            let picture = try PicturePreparer(decoder: decoder, preprocessor: preprocessor)
                .prepare(try loader.load(path))
            let describer = Describer(
                scheduler: try Scheduler(
                    model: model, threads: threads,
                    limits: SchedulerLimits(batch: max(1, preset.questions.count), pictures: 1)))
            return try describer.answers(to: preset, about: picture)
        }
        let printer = RowPrinter(
            columns: Self.columns, format: format.resolved(shared), to: .standardOutput(),
            running: { "\($0[0].plain): \($0[1].plain)" })
        for answer in answers {
            try printer.print([
                .string(answer.question), .string(answer.text),
                answer.data.map { .raw($0) } ?? .null,
                answer.confidence.map { JSONText.number($0) } ?? .null,
                .string(answer.finishReason), .number(answer.tokens),
                .number(answer.durationMS),
            ])
        }
        try printer.finish()
    }

    /// The preset: from a file, or the database's latest version.
    private func wanted() async throws -> Preset {
        if preset.contains("/") || preset.hasSuffix(".yaml") || preset.hasSuffix(".yml") {
            return try Preset(yaml: TextFile.read(preset), source: preset)
        }
        return try await shared.withDatabase { database, settings in
            try await PresetCheck.requireKnown([preset], in: database, settings)
            let rows = try await database.presets()
            guard let row = rows.first(where: { $0.name == preset }) else {
                throw CommandFailure(.usage, "there is no preset '\(preset)'")
            }
            return try Preset(json: row.body, version: row.version)
        }
    }
}
