import Foundation
import Images
import LLaVA
import Testing

/// SigLIP towers and LLaVA 1.6's tiles against transformers: `Tests/Fixtures/sight`.
@Suite struct GoldenSightTests {
    /// A picture through a model in one reading.
    struct Run: Decodable, Sendable {
        let member: String
        let reading: String
        let picture: String
        let ids: [Int32]
        let continuation: [Int32]
        let greedy: [Int32]
        let views: Int
        let pixels: [Int]
        let features: [Int]
        let width: Int
        let logits: [Int]
    }

    static let folder = GoldenFixture.folder.deletingLastPathComponent().appending(path: "sight")

    let runs: [Run]
    let floats: Data

    init() throws {
        runs = try JSONDecoder().decode(
            [Run].self, from: Data(contentsOf: Self.folder.appending(path: "goldens.json")))
        floats = try Data(contentsOf: Self.folder.appending(path: "goldens.bin"))
    }

    private func tensor(_ place: [Int]) -> [Float] {
        floats.withUnsafeBytes { raw in
            (place[0]..<place[0] + place[1]).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }

    private func engine(_ run: Run) throws -> LlavaEngine {
        let reading = try #require(ImageReading(rawValue: run.reading))
        return try LlavaEngine(
            model: LlavaModel.load(
                ModelLocation(
                    text: Self.folder.appending(path: run.member).path, template: "vicuna_v1",
                    reading: reading, arithmetic: .exact)), threads: 1)
    }

    private func picture(_ run: Run) throws -> RGBImage {
        let file = Self.folder.appending(path: "pictures/\(run.picture).png")
        return try ImageDecoder().decode([UInt8](Data(contentsOf: file)))
    }

    private func segments(_ ids: [Int32]) -> [Prompt.Segment] {
        let parts = ids.split(separator: -200).map { Prompt.Segment.tokens(Array($0)) }
        return [parts[0], .image, parts[1]]
    }

    @Test func pixelsAndFeaturesAreTheReferences() throws {
        #expect(runs.count == 8)
        for run in runs {
            let engine = try engine(run)
            let image = try picture(run)
            let views = try #require(engine.model.preprocessor).input(for: image)
            #expect(views.pixels.count == run.views)
            #expect(views.pixels.flatMap(\.values) == tensor(run.pixels), "\(run.picture)")
            try engine.look(at: image)
            let embedding = try #require(engine.imageEmbedding)
            #expect(embedding.width == run.width)
            let comparison = try GoldenComparison(
                embedding.values, tensor(run.features), columns: run.width)
            #expect(comparison.smallestCosine > 0.99999, "\(run.member) \(run.picture)")
            #expect(comparison.largestError <= GoldenVisionTests.tolerance * comparison.scale)
        }
    }

    @Test func scoresAndGreedyAnswersAreTheReferences() throws {
        for run in runs {
            let engine = try engine(run)
            try engine.look(at: picture(run))
            let rows = try engine.logits(
                after: segments(run.ids), continuation: run.continuation)
            let comparison = try GoldenComparison(
                rows.flatMap { $0 }, tensor(run.logits), columns: rows[0].count)
            #expect(comparison.largestError <= 1e-3, "\(run.member) \(run.picture)")
            var options = GenerationOptions()
            options.maxTokens = run.greedy.count
            options.ignoresEnd = true
            let answer = try engine.answer(segments: segments(run.ids), options: options)
            #expect(answer.tokens.map(\.id) == run.greedy, "\(run.member) \(run.picture)")
        }
    }

    @Test func importedFilesAnswerAsTheFolderDoes() throws {
        let target = FileManager.default.temporaryDirectory
            .appending(path: "sight-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: target) }
        for run in runs where run.picture == "wide" && run.reading == "original" {
            let written = try ModelImport(
                folder: Self.folder.appending(path: run.member).path, type: .f16
            ).write(into: target.path)
            let model = try LlavaModel.load(
                ModelLocation(
                    text: written.text, projector: written.projector, template: "vicuna_v1",
                    arithmetic: .exact))
            let engine = try LlavaEngine(model: model, threads: 1)
            try engine.look(at: picture(run))
            var options = GenerationOptions()
            options.maxTokens = run.greedy.count
            options.ignoresEnd = true
            let answer = try engine.answer(segments: segments(run.ids), options: options)
            #expect(answer.tokens.map(\.id) == run.greedy, "\(run.member)")
        }
    }

    @Test func theReadingsOfASmallPictureDiffer() throws {
        let small = runs.filter { $0.member == "v1.6-mistral" && $0.picture == "small" }
        #expect(Set(small.map(\.features[1])).count == 2)
        let prints = try small.map { try engine($0).model.fingerprint }
        #expect(Set(prints).count == 2)
    }
}
