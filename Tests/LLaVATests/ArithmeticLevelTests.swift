import CKernels
import Testing

@testable import LLaVA

/// What a language model computes at every level the machine has, the best one or not.
@Suite struct ArithmeticLevelTests {
    static let levels = (0...ck_best_level().rawValue).compactMap { ck_level(rawValue: $0) }

    /// The scores after a prompt that is long enough for tiles, and after two steps.
    private func scores(
        _ name: String, _ arithmetic: Arithmetic, _ level: ck_level
    ) throws -> [Float] {
        let model = try EngineFixture.model(name)
        let (prompt, room) = (100, 102)
        let decoder = LlamaDecoder(
            model.configuration.language, model.language,
            math: TensorMath(threads: 2, arithmetic: arithmetic, level: level),
            contextLength: room, batch: 1, cacheRows: room, storage: .f16)
        var sequence = CacheSpan(rows: 0..<room)
        var scores: [Float] = []
        func append(_ ids: [TokenID], _ phase: Phase) {
            #expect(
                decoder.append(
                    .tokens(ids[...]), to: sequence, phase: phase, givesScores: true,
                    isCancelled: { false }))
            sequence.advance(by: ids.count)
            scores += decoder.logits(row: ids.count - 1)
        }
        append((0..<prompt).map { TokenID(3 + $0 * 37 % 400) }, .prompt)
        for id: TokenID in [300, 301] { append([id], .step) }
        return scores
    }

    /// How long what is missed is, relative to the scores.
    private func error(_ found: [Float], _ exact: [Float]) -> Double {
        var (missed, whole) = (0.0, 0.0)
        for (a, b) in zip(found, exact) {
            missed += Double(a - b) * Double(a - b)
            whole += Double(b) * Double(b)
        }
        return (missed / whole).squareRoot()
    }

    @Test(arguments: levels, ["mlp-gqa-q8_0", "mlp-gqa-q4_0", "mlp-gqa-q4_k"])
    func fastRoundsWhereThereAreKernels(level: ck_level, name: String) throws {
        let exact = try scores(name, .exact, level)
        let missed = error(try scores(name, .fast, level), exact)
        if level == CK_LEVEL_PLAIN {
            #expect(missed == 0)
        } else {
            #expect(missed > 1e-4 && missed < 5e-2)
        }
    }

    @Test(arguments: levels)
    func accurateIsExactWithoutTiles(level: ck_level) throws {
        let exact = try scores("mlp-gqa-q8_0", .exact, level)
        let accurate = try scores("mlp-gqa-q8_0", .accurate, level)
        #expect((accurate == exact) == (ck_has_tiles(level) == 0))
    }

    @Test(arguments: levels)
    func whatIsNotQuantisedIsExactWithoutTiles(level: ck_level) throws {
        let exact = try scores("mlp-gqa-f16", .exact, level)
        #expect((try scores("mlp-gqa-f16", .fast, level) == exact) == (ck_has_tiles(level) == 0))
    }
}
