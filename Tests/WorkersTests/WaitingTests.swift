import Testing

@testable import Workers

@Suite struct WaitingTests {
    @Test func aSignalBeforeTheWaitIsNotLost() async {
        let wakeup = Wakeup(clock: ContinuousClock())
        await wakeup.signal()
        await wakeup.signal()
        await wakeup.wait(atMost: .seconds(3600))
    }

    @Test func aSignalEndsTheWait() async {
        let wakeup = Wakeup(clock: ContinuousClock())
        async let waiting: Void = wakeup.wait(atMost: .seconds(3600))
        await wakeup.signal()
        await waiting
    }

    @Test func cancellationEndsTheWait() async {
        let wakeup = Wakeup(clock: ContinuousClock())
        let waiting = Task { await wakeup.wait(atMost: .seconds(3600)) }
        waiting.cancel()
        await waiting.value
    }

    @Test func theTimeEndsTheWait() async {
        let wakeup = Wakeup(clock: InstantClock())
        await wakeup.wait(atMost: .seconds(3600))
    }

    @Test func theGateLetsOneJobAtATimeInPerContent() async {
        let gate = ContentGate()
        await gate.enter([1])
        await gate.enter([2])
        let second = Task { await gate.enter([1]) }
        await gate.leave([1])
        await second.value
        await gate.leave([1])
        await gate.enter([1])
    }

    @Test func waitsGrowFromATenthOfASecondToTen() {
        var generator = SystemRandomNumberGenerator()
        var backoff = Backoff()
        let delays = (0..<12).map { _ in backoff.delay(using: &generator) }
        #expect(delays[0] >= .milliseconds(50) && delays[0] <= .milliseconds(150))
        #expect(delays[11] >= .seconds(5) && delays[11] <= .seconds(15))
        backoff.reset()
        #expect(backoff.delay(using: &generator) <= .milliseconds(150))
    }

    @Test func theFirstReasonToStopStays() {
        let flag = StopFlag()
        #expect(flag.reason == nil && !flag.isSet)
        flag.stop(.cancelled)
        flag.stop(.lost)
        #expect(flag.reason == .cancelled && flag.isSet)
    }

    @Test func anOldClaimDoesNotRemoveANewOne() {
        let held = HeldJobs()
        _ = held.hold(1, fence: 1)
        let second = held.hold(1, fence: 2)
        held.letGo(1, fence: 1)
        #expect(held.ids == [1])
        held.stop([1, 5], .cancelled)
        #expect(second.reason == .cancelled)
        held.stopForGood(.shutdown)
        #expect(held.hold(2, fence: 1).reason == .shutdown)
    }

    @Test func claimsNeedAFreshBeat() {
        let lease = Lease()
        #expect(lease.claimableEpoch == nil)
        let start = ContinuousClock.now
        lease.register(epoch: 4, began: start)
        #expect(lease.claimableEpoch(at: start + .seconds(19)) == 4)
        #expect(lease.claimableEpoch(at: start + .seconds(20)) == nil)
        lease.renew(began: start + .seconds(20), isPaused: true)
        #expect(lease.claimableEpoch(at: start + .seconds(21)) == nil)
        lease.renew(began: start + .seconds(25), isPaused: false)
        #expect(lease.claimableEpoch(at: start + .seconds(26)) == 4)
        lease.drain()
        #expect(lease.claimableEpoch(at: start + .seconds(26)) == nil)
    }

    @Test func ratesLookBackFiveMinutes() {
        var rates = ProgressRates(startingAt: .zero)
        #expect(rates.picturesPerHour(at: .seconds(10)) == 0)
        for second in 1...100 { rates.add(tokens: 10, at: .seconds(second)) }
        #expect(rates.picturesPerHour(at: .seconds(100)) == 3600)
        #expect(rates.tokensPerSecond(at: .seconds(100)) == 10)
        #expect(rates.tokensPerSecond(at: .seconds(1000)) == 0)
        #expect(rates.pictures == 100 && rates.tokens == 1000)
    }
}
