import LLaVA

/// What a measurement found.
struct BenchReport {
    /// What was measured.
    let model: String
    /// How much was done.
    let work: BenchWork
    /// How keys and values were kept.
    let keyValueStorage: KeyValueStorage
    /// Bytes of the model's files.
    let weightBytes: Int
    /// Mapping and checking the files, and making the engine.
    let loadMS: Double
    /// The first picture after that: pages are met for the first time.
    let firstEncodeMS: Double

    /// Reading and decoding files of pictures, one by one.
    var decodeMS: [Double] = []
    private var preprocessMS: [Double] = []
    private var encodeMS: [Double] = []
    private var readTokens = 0
    private var readMS = 0.0
    private var promptTokens = 0
    private var imageTokens = 0
    private var stepCount = 0
    private var stepMS = 0.0
    /// All pictures and questions, without loading.
    var totalMS = 0.0
    /// The most memory held.
    var peakBytes = 0

    init(
        model: String, work: BenchWork, keyValueStorage: KeyValueStorage, weightBytes: Int,
        loadMS: Double, firstEncodeMS: Double
    ) {
        self.model = model
        self.work = work
        self.keyValueStorage = keyValueStorage
        self.weightBytes = weightBytes
        self.loadMS = loadMS
        self.firstEncodeMS = firstEncodeMS
    }

    /// Takes the times of an answer.
    ///
    /// - Parameters:
    ///   - answer: The answer.
    ///   - isFirst: Whether it is the first about its picture, which paid for looking at it.
    ///   - readsAll: Whether nothing of its prompt was kept from an earlier one.
    mutating func add(_ answer: Generation, isFirst: Bool, readsAll: Bool) {
        promptTokens = answer.promptTokens
        imageTokens = answer.imageTokens
        if isFirst {
            preprocessMS.append(answer.timings.imageMS)
            encodeMS.append(answer.timings.encodeMS)
        }
        if readsAll {
            readTokens += answer.promptTokens
            readMS += answer.timings.prefillMS
        }
    }

    /// Takes the time of steps; the first token of an answer is none, its scores are the prompt's.
    mutating func addSteps(tokens: Int, milliseconds: Double) {
        stepCount += tokens
        stepMS += milliseconds
    }

    /// Pictures an hour at this rate.
    var imagesPerHour: Double { totalMS > 0 ? Double(work.images) * 3_600_000 / totalMS : 0 }

    private var prefillRate: Double? { readMS > 0 ? Double(readTokens) / readMS * 1000 : nil }
    private var decodeRate: Double? {
        stepCount > 0 && stepMS > 0 ? Double(stepCount) / stepMS * 1000 : nil
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
            "threads": .number(work.threads),
            "batch": .number(work.batch),
            "model": .string(model),
            "weight_bytes": .number(weightBytes),
            "kv": .string(keyValueStorage.rawValue),
            "images": .number(work.images),
            "questions": .number(work.questions),
            "max_tokens": .number(work.maxTokens),
            "prompt_tokens": .number(promptTokens),
            "image_tokens": .number(imageTokens),
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
                    + "\(work.threads) threads, batch \(work.batch), KV \(keyValueStorage.rawValue)"
            ),
            ("load", times(loadMS)), ("first encode", times(firstEncodeMS)),
            ("read and decode", times(Self.median(decodeMS))),
            ("preprocess", times(Self.median(preprocessMS))),
            ("encode", times(Self.median(encodeMS))),
            ("prefill", "\(rate(prefillRate)) (\(promptTokens) tokens)"),
            ("decode", rate(decodeRate)),
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
