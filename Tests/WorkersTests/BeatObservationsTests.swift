import Testing

@testable import Workers

@Suite struct BeatObservationsTests {
    private func seconds(_ count: Int) -> Duration { .seconds(count) }

    @Test func aDaemonIsDeadAfterSixUnchangedObservations() {
        var observations = BeatObservations()
        for sweep in 0..<5 {
            #expect(observations.observe([1: 7], at: seconds(sweep * 5)).isEmpty)
        }
        #expect(observations.observe([1: 7], at: seconds(25)) == [1: 7])
    }

    @Test func aBeatStartsTheCountAgain() {
        var observations = BeatObservations()
        for sweep in 0..<5 { _ = observations.observe([1: 7], at: seconds(sweep * 5)) }
        for sweep in 5..<10 {
            #expect(observations.observe([1: 8], at: seconds(sweep * 5)).isEmpty)
        }
        #expect(observations.observe([1: 8], at: seconds(50)) == [1: 8])
    }

    @Test func aGapProvesNothingAboutOthers() {
        var observations = BeatObservations()
        for sweep in 0..<5 { _ = observations.observe([1: 7], at: seconds(sweep * 5)) }
        // Eleven seconds: this process or the database was away.
        #expect(observations.observe([1: 7], at: seconds(31)).isEmpty)
        for sweep in 0..<4 {
            #expect(observations.observe([1: 7], at: seconds(36 + sweep * 5)).isEmpty)
        }
        #expect(observations.observe([1: 7], at: seconds(56)) == [1: 7])
    }

    @Test func aLostConnectionStartsEveryCountAgain() {
        var observations = BeatObservations()
        for sweep in 0..<5 { _ = observations.observe([1: 7, 2: 3], at: seconds(sweep * 5)) }
        observations.reset()
        #expect(observations.observe([1: 7, 2: 3], at: seconds(25)).isEmpty)
    }

    @Test func daemonsAreCountedApart() {
        var observations = BeatObservations()
        for sweep in 0..<5 {
            _ = observations.observe([1: 7, 2: Int64(sweep)], at: seconds(sweep * 5))
        }
        #expect(observations.observe([1: 7, 2: 5], at: seconds(25)) == [1: 7])
    }
}
