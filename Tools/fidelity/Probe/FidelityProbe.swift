import Foundation
import Images
import LLaVA

/// Runs the engine on tasks and writes what it computes, for `run.py` to compare.
///
///     fidelity-probe TASKS.json
///
/// Prints one JSON object a task.
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
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: fidelity-probe TASKS.json\n".utf8))
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
            let picture = try ImageDecoder().decode(bytes)
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
