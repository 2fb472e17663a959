import ArgumentParser
import LLaVA
import Settings

/// `model verify`: whether a model works on this machine, and how fast.
struct ModelVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that a model's files fit together and compute, and estimate the speed.",
        discussion: """
            Every key and tensor is checked, a test card drawn by code goes through the vision \
            tower, a question through the language model, and all results must be numbers. One \
            short question measures the speed; 'bench' measures it well.
            """)

    @OptionGroup var shared: SharedOptions
    @OptionGroup var model: ModelOptions

    @Option(help: "Threads to compute with.")
    var threads: Int?

    func validate() throws {
        guard threads.map({ (1...1024).contains($0) }) ?? true else {
            throw ValidationError("--threads takes 1 to 1024.")
        }
    }

    func run() async throws {
        let settings = try shared.settings()
        let verification = ModelVerification(
            location: try model.location(settings),
            threads: threads ?? settings.workers.threads ?? EngineThread.defaultCount)
        let report = try await EngineThread.run { try verification.run() }
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(json(report, verification.location).text)
        } else {
            for line in lines(report) { try sink.line(Printable.text(line)) }
        }
        try sink.flush()
    }

    private func json(
        _ report: ModelVerification.Report, _ location: ModelLocation
    ) -> JSONText {
        let timings = report.answer.timings
        return .object([
            "ok": .bool(true), "text": .string(location.text),
            "mmproj": .optional(location.projector), "family": .string(report.summary.family),
            "load_ms": .number(report.loadMS),
            "encode_ms": report.summary.tower == nil ? .null : .number(timings.encodeMS),
            "prompt_tokens": .number(report.answer.promptTokens),
            "prefill_tokens_per_s": report.prefillRate.map { .number($0) } ?? .null,
            "decode_tokens_per_s": report.decodeRate.map { .number($0) } ?? .null,
            "peak_rss_bytes": .number(report.peakBytes), "threads": .number(report.threads),
            "answer": .string(report.answer.text),
        ])
    }

    private func lines(_ report: ModelVerification.Report) -> [String] {
        let timings = report.answer.timings
        func milliseconds(_ value: Double) -> String { "\(Int(value.rounded())) ms" }
        func rate(_ value: Double?) -> String {
            value.map { "\(Int($0.rounded())) tokens/s" } ?? "not measured"
        }
        var rows = [("ok", "\(report.summary.family): the files fit together and compute")]
        rows.append(("load", milliseconds(report.loadMS)))
        if report.summary.tower == nil {
            rows.append(("pictures", "none are seen: no projector was given"))
        } else {
            rows.append(("encode", milliseconds(timings.encodeMS) + " a picture"))
        }
        rows += [
            ("prefill", "\(rate(report.prefillRate)) (\(report.answer.promptTokens) tokens)"),
            ("decode", rate(report.decodeRate)),
            ("memory", "\(SizeText.bytes(report.peakBytes)) at most, \(report.threads) threads"),
        ]
        return rows.map { DisplayWidth.padded($0.0, to: 17) + $0.1 }
    }
}
