import Synchronization
import Testing
import Threads

@Suite struct ComputePoolTests {
    @Test(arguments: [1, 2, 5], [0, 1, 7, 64, 1000])
    func visitsEveryItemOnce(threads: Int, count: Int) {
        let pool = ComputePool(threads: threads)
        for grain in [1, 3, 100] {
            let visits = UnsafeMutablePointer<Int>.allocate(capacity: max(count, 1))
            visits.initialize(repeating: 0, count: max(count, 1))
            defer { visits.deallocate() }
            pool.forEachRange(count: count, grain: grain) { worker, range in
                precondition(worker < threads && range.count <= grain)
                for item in range { visits[item] += 1 }
            }
            #expect((0..<count).allSatisfy { visits[$0] == 1 })
        }
    }

    @Test func manyShortLoopsInARowLoseNothing() {
        let pool = ComputePool(threads: 3)
        let total = Atomic<Int>(0)
        for _ in 0..<5000 {
            pool.forEachRange(count: 8) { _, range in
                total.add(range.count, ordering: .relaxed)
            }
        }
        #expect(total.load(ordering: .relaxed) == 40_000)
    }

    @Test func oneThreadRunsInTheCaller() {
        let pool = ComputePool(threads: 1)
        var order: [Int] = []
        pool.forEachRange(count: 5, grain: 2) { worker, range in
            #expect(worker == 0)
            order.append(contentsOf: range)
        }
        #expect(order == [0, 1, 2, 3, 4])
    }
}
