import ArgumentParser
import Assembly
import LLaVA
import Settings

/// `bench`: how fast this machine describes pictures.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure how fast this machine describes pictures.",
        discussion: """
            Measures the model of the settings, one of files, or a real shape with random weights \
            made in memory: --shape llava-1.5-7b --type q4_k_m needs no download and as much \
            memory as the real model.
            """)

    @OptionGroup var shared: SharedOptions
    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("One of \(ModelShape.knownNames).", valueName: "name"))
    var shape: String?

    @Option(
        help: ArgumentHelp(
            "How the shape's matrices are stored: \(WeightMix.knownNames).", valueName: "type"))
    var type: String?

    @Option(
        help: ArgumentHelp("Only so many layers of the shape's language model.", valueName: "n"))
    var layers: Int?

    @Option(help: "Pictures to look at.")
    var images = 2

    @Option(help: "Questions about each picture.")
    var questions = 3

    @Option(help: "Tokens of each answer.")
    var maxTokens = 48

    @Option(help: "Answers written side by side; as many as memory allows if not given.")
    var batch: Int?

    @Option(help: "Threads to compute with.")
    var threads: Int?

    @Option(
        help: ArgumentHelp("A picture's file, instead of random pixels.", valueName: "file"))
    var picture: String?

    func validate() throws {
        for (name, value) in [
            ("--images", images), ("--questions", questions), ("--max-tokens", maxTokens),
        ] where !(1...1_000_000).contains(value) {
            throw ValidationError("\(name) takes 1 or more, not \(value).")
        }
        guard batch.map({ (1...256).contains($0) }) ?? true else {
            throw ValidationError("--batch takes 1 to 256.")
        }
        guard threads.map({ (1...1024).contains($0) }) ?? true else {
            throw ValidationError("--threads takes 1 to 1024.")
        }
        guard shape == nil || model.model == nil, shape == nil || model.mmproj == nil else {
            throw ValidationError("Give either --shape or --model and --mmproj.")
        }
        guard shape != nil || (type == nil && layers == nil) else {
            throw ValidationError("--type and --layers belong to --shape.")
        }
        do {
            _ = try synthesis()
        } catch {
            throw ValidationError(error.message)
        }
    }

    private func synthesis() throws(EngineError) -> ModelSynthesis? {
        guard let shape else { return nil }
        var sizes = try ModelShape.named(shape)
        if let layers { sizes = try sizes.cut(toLayers: layers) }
        return ModelSynthesis(
            shape: sizes, mix: try WeightMix.named(type ?? WeightMix.q4KM.rawValue), seed: 0)
    }

    func run() async throws {
        let settings = try shared.settings()
        let source: BenchModel
        if let synthesis = try synthesis() {
            var settings = settings
            if let arithmetic = model.arithmetic {
                settings.model.arithmetic = arithmetic.rawValue
            }
            let arithmetic = Arithmetic(settings.model)
            source = .synthetic(
                synthesis, KeyValueStorage(settings.workers, arithmetic: arithmetic), arithmetic)
        } else {
            source = .files(try model.location(settings))
        }
        var wishes = WorkerPlan.Wishes(settings.workers)
        wishes.workers = 1
        wishes.threads = threads ?? wishes.threads
        wishes.batch = batch ?? wishes.batch
        let work = BenchWork(
            images: images, questions: questions, maxTokens: maxTokens, wishes: wishes,
            picture: picture.map(GivenPath.absolute))
        let bench = BenchRun(
            model: source, work: work,
            reader: PictureReader(settings.images, reading: source.reading))
        let report = try await EngineThread.run { try bench.measure() }
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(report.json.text)
        } else {
            for line in report.lines { try sink.line(line) }
        }
        try sink.flush()
    }
}
