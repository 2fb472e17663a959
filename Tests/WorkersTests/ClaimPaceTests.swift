import Testing

@testable import Workers

@Suite struct ClaimPaceTests {
    /// A pace after jobs ended at even distances, up to `end`.
    private func pace(_ perSecond: Int, until end: Duration) -> ClaimPace {
        var pace = ClaimPace(least: 4, places: 16)
        let step = Duration.seconds(1) / perSecond
        var now = step
        while now <= end {
            pace.ended(at: now)
            now += step
        }
        return pace
    }

    @Test func aSlowEngineIsGivenNoMoreThanTheLeast() {
        let pace = pace(60, until: .seconds(30))
        #expect(pace.limit(at: .seconds(30)) == 4)
        for ahead in 0...5 {
            #expect(pace.room(beside: ahead, at: .seconds(30)) == max(0, 4 - ahead))
        }
    }

    @Test func picturesThatEndTogetherAreNoPace() {
        var pace = ClaimPace(least: 4, places: 16)
        for _ in 0..<16 { pace.ended(at: .seconds(20)) }
        #expect(pace.limit(at: .seconds(20)) == 4)
    }

    @Test func aFastOneIsGivenAQuarterOfASecondsWork() {
        // 50 of 16 places in 250 ms: 34 more than slow workers could have ended at once.
        let pace = pace(200, until: .seconds(3))
        #expect(abs(pace.limit(at: .seconds(3)) - 38) <= 1)
    }

    @Test func nobodyIsGivenMoreThanTheMost() {
        #expect(pace(5000, until: .seconds(1)).limit(at: .seconds(1)) == ClaimPace.most)
        #expect(ClaimPace(least: 500, places: 2000).limit(at: .zero) == 500)
    }

    @Test func aFastPaceIsForgottenInHalfASecond() {
        let pace = pace(200, until: .seconds(1))
        #expect(pace.limit(at: .milliseconds(1200)) > 30)
        #expect(pace.limit(at: .milliseconds(1501)) == 4)
    }

    @Test func claimsOfAFastPaceWaitUntilHalfTheRoomIsFree() {
        let pace = pace(200, until: .seconds(3))
        let limit = pace.limit(at: .seconds(3))
        #expect(pace.room(beside: limit - 10, at: .seconds(3)) == 0)
        #expect(pace.room(beside: limit / 2, at: .seconds(3)) == limit - limit / 2)
        #expect(pace.room(beside: 0, at: .seconds(3)) == limit)
    }
}
