import Testing

@testable import LLaVA

@Suite struct RepetitionGuardTests {
    /// Where the guard ends an answer; `nil` if it does not.
    private func end(of ids: [Int]) -> Int? {
        var guardian = RepetitionGuard()
        return ids.firstIndex { guardian.append(TokenID($0)) }.map { $0 + 1 }
    }

    /// Tokens that never repeat, then a loop.
    private func loop(period: Int, after lead: Int) -> [Int] {
        (0..<lead).map { 100_000 + $0 } + (0..<2000).map { $0 % period }
    }

    @Test(arguments: [1, 2, 3, 17, 42, 43, 64, 100, 128], [0, 1, 127, 300])
    func endsALoopAfterThreeRoundsAnd128Tokens(period: Int, lead: Int) {
        #expect(end(of: loop(period: period, after: lead)) == lead + max(3 * period, 128))
    }

    @Test func longerPeriodsAreNotLoops() {
        #expect(end(of: loop(period: 129, after: 5)) == nil)
    }

    @Test func oneOtherTokenBeginsTheCountAgain() {
        var ids = loop(period: 4, after: 0)
        ids[126] = -5
        #expect(end(of: ids) == 127 + 128)
    }

    @Test func honestListsMayRepeatThemselves() {
        // Six equal objects of 18 tokens, then something else.
        let object = Array(0..<18)
        let list = (0..<6).flatMap { _ in object } + [900, 901] + (0..<500).map { 1000 + $0 }
        #expect(end(of: list) == nil)
    }

    @Test func countingOnIsNoLoop() {
        #expect(end(of: (0..<600).flatMap { [1, 2, 3, 50 + $0] }) == nil)
    }
}
