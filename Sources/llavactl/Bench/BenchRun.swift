import Glibc
import Images
import LLaVA

/// Takes a model through the work of a batch and times every stage of it; on a thread of its own.
struct BenchRun {
    let model: BenchModel
    let work: BenchWork
    let reader: PictureReader

    /// Does all of it.
    ///
    /// - Throws: `EngineError`, or `CommandFailure` about the picture.
    func measure() throws -> BenchReport {
        let prepared = try model.prepared()
        let clock = ContinuousClock()
        let start = clock.now
        let engine = try LlavaEngine(
            model: LlavaModel.load(prepared.location), threads: work.threads, batch: work.batch)
        let loadMS = Self.milliseconds(clock.now - start)
        let (first, _) = try picture(0)
        let beforeLook = clock.now
        try engine.look(at: first)
        var report = BenchReport(
            model: model.name, work: work, keyValueStorage: prepared.location.keyValueStorage,
            weightBytes: engine.model.summary.fileBytes, loadMS: loadMS,
            firstEncodeMS: Self.milliseconds(clock.now - beforeLook))

        let begin = clock.now
        for index in 0..<work.images {
            let (pixels, decodeMS) = try picture(index)
            if let decodeMS { report.decodeMS.append(decodeMS) }
            try engine.look(at: pixels)
            var options = GenerationOptions()
            options.maxTokens = work.maxTokens
            options.ignoresEnd = true
            let requests = (0..<work.questions).map {
                AnswerRequest(question: work.question($0), options: options)
            }
            let start = clock.now
            var readMS = 0.0
            _ = try engine.answer(requests, isCancelled: { false }) { number, answer in
                report.add(answer, isFirst: number == 0, readsAll: index == 0 && number == 0)
                readMS += answer.timings.prefillMS
            }
            // What is not reading prompts is stepping, whoever shared the steps.
            report.addSteps(
                tokens: work.questions * (work.maxTokens - 1),
                milliseconds: Self.milliseconds(clock.now - start) - readMS)
        }
        report.totalMS = Self.milliseconds(clock.now - begin)
        report.peakBytes = Self.peakBytes()
        return report
    }

    /// A picture, and how long its file took to read and decode if it has one.
    private func picture(_ index: Int) throws -> (RGBImage, decodeMS: Double?) {
        guard let path = work.picture else { return (Self.noise(index), nil) }
        let clock = ContinuousClock()
        let start = clock.now
        let picture = try reader.read(path).get()
        return (picture.pixels, Self.milliseconds(clock.now - start))
    }

    /// Random pixels, as large as pictures for the web are.
    private static func noise(_ index: Int) -> RGBImage {
        let (width, height) = (1024, 768)
        var state = UInt32(truncatingIfNeeded: index &+ 1) &* 0x9E37_79B9
        let pixels = (0..<width * height * 3).map { _ in
            // Marsaglia's xorshift (2003), 13, 17, 5.
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            return UInt8(truncatingIfNeeded: state)
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// The most memory this process has held at once, as getrusage(2) counts it: mapped pages of
    /// model files are part of it.
    private static func peakBytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }

    private static func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }
}
