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

    @Test(arguments: [1, 2, 5], [0, 1, 1000])
    func aFunctionVisitsEveryItemOnce(threads: Int, count: Int) {
        let pool = ComputePool(threads: threads)
        let visits = UnsafeMutablePointer<Int>.allocate(capacity: max(count, 1))
        visits.initialize(repeating: 0, count: max(count, 1))
        defer { visits.deallocate() }
        pool.forEachRangeInOrder(count: count, grain: 7, context: visits) {
            context, _, start, end, expectedEnd in
            precondition(end - start <= 7 && end <= expectedEnd)
            let visits = UnsafeMutablePointer(
                mutating: context.assumingMemoryBound(to: Int.self))
            for item in start..<end { visits[item] += 1 }
        }
        #expect((0..<count).allSatisfy { visits[$0] == 1 })
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

    /// What a thread is told to expect lies behind what it was given, and it takes that in order.
    @Test(arguments: [1, 2, 3], [1, 64, 130])
    func eachThreadGoesOnWhereItEnded(threads: Int, grain: Int) {
        let pool = ComputePool(threads: threads)
        let count = 1000
        let seen = Mutex<[[(range: Range<Int>, end: Int)]]>(Array(repeating: [], count: threads))
        pool.forEachRangeInOrder(count: count, grain: grain) { worker, range, end in
            seen.withLock { $0[worker].append((range, end)) }
        }
        for claims in seen.withLock({ $0 }) {
            #expect(claims.allSatisfy { $0.range.upperBound <= $0.end && $0.end <= count })
            for (claim, next) in zip(claims, claims.dropFirst()) where next.end == claim.end {
                #expect(next.range.lowerBound >= claim.range.upperBound)
            }
        }
        let all = seen.withLock { $0.joined().map(\.range) }
            .sorted { $0.lowerBound < $1.lowerBound }
        #expect(all.first?.lowerBound == 0 && all.last?.upperBound == count)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
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
