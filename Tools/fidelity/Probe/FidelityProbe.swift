import CKernels
import Foundation
import Images
import LLaVA
import ModelFiles

/// Runs the engine on tasks and writes what it computes, for `run.py` to compare.
///
///     fidelity-probe TASKS.json
///     fidelity-probe --dequantise FILE.gguf OUT
///
/// The first prints one JSON object a task, the second writes every tensor of a file as float32, one
/// after the other in the order of their names.
@main
struct FidelityProbe {
    /// What a task gave beside its tensors, or the error.
    struct Outcome: Encodable {
        var error: String?
        var family = ""
        var imageTokens = 0
        var greedy: [Int32] = []
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 4, arguments[1] == "--dequantise" {
            return try dequantise(arguments[2], to: arguments[3])
        }
        guard arguments.count == 2 else {
            FileHandle.standardError.write(
                Data("usage: fidelity-probe TASKS.json | --dequantise FILE.gguf OUT\n".utf8))
            exit(2)
        }
        let file = URL(filePath: CommandLine.arguments[1])
        let tasks = try JSONDecoder().decode([Task].self, from: Data(contentsOf: file))
        for task in tasks {
            var outcome = Outcome()
            do { try run(task, &outcome) } catch let error as EngineError {
                outcome.error = error.message
            }
            print(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
        }
    }

    private static func run(_ task: Task, _ outcome: inout Outcome) throws {
        let model = try LlavaModel.load(
            ModelLocation(
                text: task.model, projector: task.mmproj, template: "vicuna_v1",
                reading: ImageReading(rawValue: task.reading) ?? .original,
                arithmetic: Arithmetic(rawValue: task.arithmetic) ?? .exact))
        let engine = try LlavaEngine(model: model, threads: 2)
        if let path = task.picture {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let transparency = model.location.reading.transparency
            let picture = try ImageDecoder(transparency: transparency).decode(bytes)
            if let input = model.preprocessor?.input(for: picture) {
                try write(input.pixels.flatMap(\.values), to: "\(task.out).pixels")
            }
            try engine.look(at: picture)
            try write(engine.imageEmbedding?.values ?? [], to: "\(task.out).features")
        }
        outcome.family = model.summary.family
        outcome.imageTokens = engine.imageTokens
        let segments = segments(task.ids)
        let rows = try engine.logits(after: segments, continuation: task.continuation)
        try write(rows.flatMap { $0 }, to: "\(task.out).logits")
        guard task.greedy > 0 else { return }
        var options = GenerationOptions()
        options.maxTokens = task.greedy
        options.ignoresEnd = true
        let answer = try engine.answer(segments: segments, options: options)
        outcome.greedy = answer.tokens.map(\.id)
    }

    /// Every tensor as the engine's fastest kernels read it.
    private static func dequantise(_ path: String, to out: String) throws {
        let file = try GGUFFile(path: path)
        var all: [Float] = []
        for name in file.tensorNames.sorted() {
            guard let entry = file.entry(name), let source = file.bytes(of: entry).baseAddress
            else { continue }
            var values = [Float](repeating: .nan, count: entry.elementCount)
            let status = ck_dequantize(
                ck_best_level(), ck_type(rawValue: Int32(entry.type.rawValue)), values.count,
                source, &values)
            guard status == CK_OK else {
                throw EngineError(.unsupportedModel, "\(name) cannot be dequantised")
            }
            all += values
        }
        try write(all, to: out)
    }

    /// Ids as segments; -200 is the picture.
    private static func segments(_ ids: [Int32]) -> [Prompt.Segment] {
        var segments: [Prompt.Segment] = []
        for (index, part) in ids.split(separator: -200, omittingEmptySubsequences: false)
            .enumerated()
        {
            if index > 0 { segments.append(.image) }
            if !part.isEmpty { segments.append(.tokens(Array(part))) }
        }
        return segments
    }

    private static func write(_ values: [Float], to path: String) throws {
        try values.withUnsafeBytes { try Data($0).write(to: URL(filePath: path)) }
    }
}
