import Testing

@testable import LLaVA

@Suite struct StopRuleTests {
    @Test func holdsBackWhatMayBecomeAStopString() {
        var rule = StopRule(stopStrings: ["###", "</s>"])
        #expect(rule.append("one #") == .goOn(certain: 4))
        #expect(rule.append("#") == .goOn(certain: 4))
        #expect(rule.append("x </") == .goOn(certain: 8))
        #expect(rule.append("s>") == .stop(at: 8))
    }

    @Test func findsAStopStringInsideOneText() {
        var rule = StopRule(stopStrings: ["##"])
        #expect(rule.append("a#b##c") == .stop(at: 3))
    }

    @Test func withoutStopStringsEverythingIsCertain() {
        var rule = StopRule(stopStrings: [""])
        #expect(rule.append("###") == .goOn(certain: 3))
    }
}
