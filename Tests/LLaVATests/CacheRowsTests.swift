import Testing

@testable import LLaVA

@Suite struct CacheRowsTests {
    @Test func theLowestRunThatIsLongEnoughIsTaken() {
        var rows = CacheRows(count: 100)
        func take(_ length: Int) -> Range<Int>? { rows.take(length) }
        #expect([take(30), take(30), take(30), take(11)] == [0..<30, 30..<60, 60..<90, nil])
        rows.giveBack(0..<30)
        #expect(rows.used == 60)
        #expect([take(10), take(10), take(11)] == [0..<10, 10..<20, nil])
        #expect([take(10), take(10), take(1)] == [20..<30, 90..<100, nil])
    }

    @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1], [1, 2, 0, 3]])
    func runsThatTouchBecomeOne(order: [Int]) throws {
        var rows = CacheRows(count: 40)
        let runs = (0..<4).compactMap { _ in rows.take(10) }
        try #require(runs.count == 4)
        for index in order { rows.giveBack(runs[index]) }
        #expect(rows.used == 0)
        let whole = rows.take(40)
        #expect(whole == 0..<40)
    }
}
