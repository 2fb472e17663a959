import Foundation
import Images
import ModelFiles
import Testing

@testable import LLaVA

/// Models of random weights have the sizes of real ones, and compute.
@Suite struct ModelSynthesisTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("synthesis-\(UUID().uuidString)")
    }

    private func written(
        _ mix: WeightMix, seed: UInt64 = 1, threads: Int = 1, into name: String = "a"
    ) throws -> ModelSynthesis.Written {
        try ModelSynthesis(shape: ModelShape.named("tiny"), mix: mix, seed: seed)
            .write(into: folder.path + name, threads: threads)
    }

    private func load(_ files: ModelSynthesis.Written) throws -> LlavaModel {
        try LlavaModel.load(ModelLocation(text: files.text, projector: files.projector))
    }

    private func removing(_ names: [String] = ["a"], _ body: () throws -> Void) rethrows {
        defer {
            for name in names { try? FileManager.default.removeItem(atPath: folder.path + name) }
        }
        try body()
    }

    /// The published models' sizes in gigabytes, counted by hand from their configurations:
    /// LLaVA 1.5 7B and 13B as F16, Q8_0 and Q4_K_M.
    @Test(arguments: [
        ("llava-1.5-7b", [13.477, 7.160, 4.080]), ("llava-1.5-13b", [26.033, 13.831, 7.865]),
    ])
    func aShapeTakesTheBytesOfTheRealModel(name: String, gigabytes: [Double]) throws {
        for (mix, expected) in zip([WeightMix.f16, .q8_0, .q4KM], gigabytes) {
            let synthesis = ModelSynthesis(shape: try .named(name), mix: mix, seed: 0)
            let found = Double(synthesis.languageBytes) / 1e9
            #expect(abs(found - expected) < 0.0015, "\(mix.rawValue)")
            // 20.98 and 31.47 million in the projector, 303.5 in a tower of 24 blocks of 12.6.
            let vision = Double(synthesis.visionBytes) / 2e6
            #expect(abs(vision - (name == "llava-1.5-7b" ? 312 : 322.5)) < 1.5)
        }
    }

    @Test(arguments: WeightMix.allCases)
    func everyMixLoadsAndGivesScoresOfSaneSize(mix: WeightMix) throws {
        try removing {
            let model = try load(written(mix))
            #expect(model.template?.name == "vicuna_v1")
            let engine = try LlavaEngine(model: model, threads: 1)
            let pixels = (0..<56 * 56 * 3).map { UInt8(truncatingIfNeeded: $0 &* 97) }
            try engine.look(at: RGBImage(width: 56, height: 56, pixels: pixels))
            #expect(engine.imageTokens == 16)
            let prompt = Prompt(
                question: "What is in the picture?", template: try model.requiredTemplate(),
                tokenizer: model.tokenizer, hasImage: true)
            let scores = try #require(engine.logits(after: prompt.segments).first)
            #expect(scores.count == 512)
            let mean = scores.reduce(0, +) / 512
            let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 512).squareRoot()
            // Drawn with deviation 2; the offsets of the narrowest grids add to it.
            #expect(abs(mean) < 0.5)
            #expect((1.5...2.6).contains(deviation), "\(deviation)")
        }
    }

    @Test func bytesDependOnTheSeedAndNotOnTheThreads() throws {
        try removing(["a", "b", "c"]) {
            let one = try written(.q4KM)
            let same = try written(.q4KM, threads: 3, into: "b")
            let other = try written(.q4KM, seed: 2, into: "c")
            func bytes(_ path: String) throws -> Data {
                try Data(contentsOf: URL(fileURLWithPath: path))
            }
            #expect(try bytes(one.text) == bytes(same.text))
            #expect(try bytes(one.projector) == bytes(same.projector))
            #expect(try bytes(one.text) != bytes(other.text))
        }
    }

    @Test func theVocabularyReachesItsPiecesAndGivesTextBack() throws {
        try removing {
            let tokenizer = try load(written(.f16)).tokenizer
            let text = "The cat, naïve."
            let ids = tokenizer.encodePlain(text)
            let bytes = ids.flatMap { tokenizer.pieceBytes($0) }
            #expect(String(decoding: bytes, as: UTF8.self) == " " + text)
            // A space and two letters are one piece.
            #expect(tokenizer.encodePlain("ab").count == 1)
        }
    }

    @Test func theMixKeepsEveryOtherSensitiveMatrixInSixBits() {
        func count(_ layers: Int) -> Int {
            (0..<layers).count { layer in
                WeightMix.q4KM.languageType(
                    "blk.\(layer).ffn_down.weight", columns: 256, layerCount: layers,
                    queriesPerKey: 1) == .q6K
            }
        }
        #expect(count(32) == 16)
        #expect(count(40) == 20)
    }

    @Test func aShapeNobodyKnowsIsAnsweredWithTheKnownOnes() {
        func message(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "nothing was thrown"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            message { _ = try ModelShape.named("llava-9") }
                == "there is no shape 'llava-9'; name one of \(ModelShape.knownNames)")
        #expect(ModelShape.knownNames.hasPrefix("llava-1.5-7b, llava-1.5-13b, "))
        #expect(
            message { _ = try ModelShape.named("tiny").cut(toLayers: 9) }
                == "tiny has 3 layers and 9 were asked for; ask for 1 to 3")
        #expect(message { _ = try WeightMix.named("q9") }.hasPrefix("there is no type 'q9'; name"))
    }
}
