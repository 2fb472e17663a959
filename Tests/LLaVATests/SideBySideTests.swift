import CKernels
import Testing

@testable import LLaVA

/// The rests of several prompts, read in one pass over the weights.
@Suite struct SideBySideTests {
    static let prompt = (0..<100).map { TokenID(3 + $0 * 37 % 400) }
    /// Some shorter than what is attended to by rows, some longer.
    static let tails: [[TokenID]] = [3, 30, 1, 17].map { length in
        (0..<length).map { TokenID(5 + ($0 * 31 + length) % 400) }
    }
    static let (room, place) = (160, 200)

    private func decoder(
        _ name: String, _ arithmetic: Arithmetic, _ level: ck_level
    ) throws -> (LlamaDecoder, CacheSpan) {
        let model = try EngineFixture.model(name)
        let decoder = LlamaDecoder(
            model.configuration.language, model.language,
            math: TensorMath(threads: 2, arithmetic: arithmetic, level: level), contextLength: 160,
            batch: Self.tails.count, cacheRows: 400, storage: .f16)
        var sequence = CacheSpan(rows: 0..<Self.room)
        append(Self.prompt, to: &sequence, decoder)
        return (decoder, sequence)
    }

    private func append(
        _ ids: [TokenID], to sequence: inout CacheSpan, _ decoder: LlamaDecoder
    ) {
        #expect(
            decoder.append(
                .tokens(ids[...]), to: sequence, phase: .prompt, givesScores: true,
                isCancelled: { false }))
        sequence.advance(by: ids.count)
    }

    /// The scores after each tail and after one more token of its own, as bits.
    private func after(
        _ decoder: LlamaDecoder, _ sequence: CacheSpan, place: Int, count: Int
    ) -> [UInt32] {
        let branch = Branch(
            prefix: sequence.rows.prefix(Self.prompt.count), rows: place..<place + count + 1,
            count: count)
        decoder.step([300], [branch])
        return decoder.stepScores(row: 0).map(\.bitPattern)
    }

    @Test(arguments: ArithmeticLevelTests.levels, ["mlp-gqa-f16", "mlp-gqa-q8_0", "mlp-gqa-q4_k"])
    func eachIsTheSameAsAlone(level: ck_level, name: String) throws {
        for arithmetic in [Arithmetic.fast, .accurate] {
            let (decoder, sequence) = try decoder(name, arithmetic, level)
            guard Self.tails.allSatisfy({ decoder.mayRead(sideBySide: $0.count) }) else {
                // Single precision by panels is rounded by the rows there are.
                #expect(ck_has_tiles(level) == 0)
                continue
            }
            let places = Self.tails.indices.map { Self.place + 40 * $0 }
            let isRead = decoder.read(
                zip(Self.tails, places).map { (tokens: $0[...], place: $1) }, after: sequence,
                isCancelled: { false })
            #expect(isRead)
            let scores = Self.tails.indices.map { decoder.stepScores(row: $0).map(\.bitPattern) }
            let next = zip(Self.tails, places).map {
                after(decoder, sequence, place: $1, count: $0.count)
            }
            for (index, tail) in Self.tails.enumerated() {
                var alone = sequence
                append(tail, to: &alone, decoder)
                #expect(decoder.logits(row: tail.count - 1).map(\.bitPattern) == scores[index])
                let rest = alone.rows.lowerBound + Self.prompt.count
                #expect(
                    after(decoder, sequence, place: rest, count: tail.count) == next[index])
            }
        }
    }

    @Test func exactArithmeticReadsEachAlone() throws {
        let (decoder, _) = try decoder("mlp-gqa-q8_0", .exact, ck_best_level())
        #expect(!decoder.mayRead(sideBySide: 3))
    }

    @Test func cancellingLeavesTheSequenceAsItWas() throws {
        let (decoder, sequence) = try decoder("mlp-gqa-q8_0", .fast, ck_best_level())
        guard decoder.mayRead(sideBySide: 3) else { return }
        var reference = sequence
        append(Self.tails[1], to: &reference, decoder)
        let expected = decoder.logits(row: Self.tails[1].count - 1).map(\.bitPattern)
        var asked = 0
        let isRead = decoder.read(
            [(tokens: Self.tails[1][...], place: Self.place)], after: sequence,
            isCancelled: {
                asked += 1
                return asked > 1
            })
        #expect(!isRead)
        var again = sequence
        append(Self.tails[1], to: &again, decoder)
        #expect(decoder.logits(row: Self.tails[1].count - 1).map(\.bitPattern) == expected)
    }
}
