import LLaVA

/// What a measurement found.
struct BenchReport {
    /// What was measured.
    let model: String
    /// How much was done.
    let work: BenchWork
    /// How it was spread over the machine.
    let plan: WorkerPlan
    /// How keys and values were kept.
    let keyValueStorage: KeyValueStorage
    /// Bytes of the model's files.
    let weightBytes: Int
    /// Mapping and checking the files, and making the engine.
    let loadMS: Double
    /// The first picture after that: pages are met for the first time.
    var firstEncodeMS = 0.0
    /// What the stages took.
    var times = StageTimes()
    /// All pictures and questions, without loading.
    var totalMS = 0.0
    /// The most memory held.
    var peakBytes = 0

    private var decodeMS: [Double] = []
    private var preprocessMS: [Double] = []
    private var encodeMS: [Double] = []
    private var promptTokens = 0
    private var imageTokens = 0

    init(
        model: String, work: BenchWork, plan: WorkerPlan, keyValueStorage: KeyValueStorage,
        weightBytes: Int, loadMS: Double
    ) {
        self.plan = plan
        self.model = model
        self.work = work
        self.keyValueStorage = keyValueStorage
        self.weightBytes = weightBytes
        self.loadMS = loadMS
    }

    /// Takes the times of a picture.
    mutating func add(_ picture: BenchPictures.Ready) {
        if let time = picture.decodeMS { decodeMS.append(time) }
        preprocessMS.append(picture.preprocessMS)
    }

    /// Takes the times of an answer.
    mutating func add(_ answer: Generation) {
        promptTokens = answer.promptTokens
        imageTokens = answer.imageTokens
        // Of a picture's answers, the first tells what looking at it cost.
        if answer.timings.encodeMS > 0 { encodeMS.append(answer.timings.encodeMS) }
    }

    /// Pictures an hour at this rate.
    var imagesPerHour: Double { totalMS > 0 ? Double(work.images) * 3_600_000 / totalMS : 0 }

    private var prefillRate: Double? {
        times.readMS > 0 ? Double(times.readPositions) / times.readMS * 1000 : nil
    }
    private var decodeRate: Double? {
        times.stepMS > 0 ? Double(times.stepTokens) / times.stepMS * 1000 : nil
    }

    private static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The report for a program.
    var json: JSONText {
        func number(_ value: Double?) -> JSONText {
            value.map { .number(($0 * 1000).rounded() / 1000) } ?? .null
        }
        return .object([
            "images_per_hour": number(imagesPerHour),
            "encode_ms": number(Self.median(encodeMS)),
            "prefill_tokens_per_s": number(prefillRate),
            "decode_tokens_per_s": number(decodeRate),
            "peak_rss_bytes": .number(peakBytes),
            "threads": .number(plan.threads),
            "batch": .number(plan.limits.batch),
            "model": .string(model),
            "weight_bytes": .number(weightBytes),
            "kv": .string(keyValueStorage.rawValue),
            "images": .number(work.images),
            "questions": .number(work.questions),
            "max_tokens": .number(work.maxTokens),
            "prompt_tokens": .number(promptTokens),
            "image_tokens": .number(imageTokens),
            "step_tokens": .number(times.stepTokens),
            "steps": .number(times.steps),
            "load_ms": number(loadMS),
            "first_encode_ms": number(firstEncodeMS),
            "decode_image_ms": number(Self.median(decodeMS)),
            "preprocess_ms": number(Self.median(preprocessMS)),
            "total_ms": number(totalMS),
        ])
    }

    /// The report for a person.
    var lines: [String] {
        func times(_ value: Double?) -> String {
            guard let value else { return "-" }
            return value < 1000
                ? "\(Self.rounded(value, 1)) ms" : "\(Self.rounded(value / 1000, 2)) s"
        }
        func rate(_ value: Double?) -> String {
            value.map { "\(Self.rounded($0, 1)) tokens/s" } ?? "-"
        }
        func gigabytes(_ bytes: Int) -> String { "\(Self.rounded(Double(bytes) / 1e9, 2)) GB" }
        let rows = [
            ("model", "\(model), \(gigabytes(weightBytes))"),
            (
                "work",
                "\(work.images) x \(work.questions) questions of \(work.maxTokens) tokens, "
                    + "\(plan.threads) threads, batch \(plan.limits.batch), KV "
                    + keyValueStorage.rawValue
            ),
            ("load", times(loadMS)), ("first encode", times(firstEncodeMS)),
            ("read and decode", times(Self.median(decodeMS))),
            ("preprocess", times(Self.median(preprocessMS))),
            ("encode", times(Self.median(encodeMS))),
            ("prefill", "\(rate(prefillRate)) (\(promptTokens) tokens)"),
            (
                "decode",
                "\(rate(decodeRate)) (\(self.times.stepTokens) tokens in \(self.times.steps) steps)"
            ),
            ("whole", "\(times(totalMS / Double(max(work.images, 1)))) an image"),
            ("images per hour", Self.rounded(imagesPerHour, 1)),
            ("peak memory", gigabytes(peakBytes)),
        ]
        return rows.map { DisplayWidth.padded($0.0, to: 17) + $0.1 }
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        let whole = Int64((value * factor).rounded())
        let (units, rest) = whole.quotientAndRemainder(dividingBy: Int64(factor))
        let fraction = "\(rest)"
        return "\(units)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
