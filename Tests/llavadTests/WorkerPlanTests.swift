import Testing

@testable import Settings
@testable import llavad

@Suite struct WorkerPlanTests {
    private func plan(_ count: Int?, _ threads: Int?, cores: Int, bytes: Int) -> [Int] {
        let settings = WorkerSettings(count: count, threads: threads, drain: .seconds(60))
        let plan = WorkerPlan(settings, cores: cores, modelBytes: bytes)
        return [plan.workers, plan.threads]
    }

    @Test func smallModelsGetAWorkerForEachCore() {
        #expect(plan(nil, nil, cores: 1, bytes: 8 << 20) == [1, 1])
        #expect(plan(nil, nil, cores: 6, bytes: 8 << 20) == [6, 1])
    }

    @Test func largeModelsShareOneReadingOfTheirWeights() {
        #expect(plan(nil, nil, cores: 2, bytes: 4 << 30) == [1, 2])
        #expect(plan(nil, nil, cores: 8, bytes: 4 << 30) == [1, 8])
        #expect(plan(nil, nil, cores: 32, bytes: 4 << 30) == [4, 8])
        #expect(plan(nil, nil, cores: 8, bytes: 1 << 30) == [2, 4])
    }

    @Test func questionsSideBySideAreAsSetOrEight() {
        func batch(_ set: Int?) -> Int {
            let settings = WorkerSettings(batch: set, drain: .seconds(60))
            return WorkerPlan(settings, cores: 2, modelBytes: 0).batch
        }
        #expect(batch(nil) == 8)
        #expect(batch(3) == 3)
    }

    @Test func whatIsSetHolds() {
        #expect(plan(3, 5, cores: 2, bytes: 0) == [3, 5])
        #expect(plan(3, nil, cores: 8, bytes: 0) == [3, 2])
        #expect(plan(nil, 3, cores: 8, bytes: 0) == [2, 3])
        #expect(plan(16, nil, cores: 2, bytes: 0) == [16, 1])
    }
}
