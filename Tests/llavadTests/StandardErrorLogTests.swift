import Foundation
import Logging
import Testing

@testable import llavad

@Suite struct StandardErrorLogTests {
    private let now = Date(timeIntervalSince1970: 0)

    @Test func aPersonReadsTimeLevelAndFields() {
        let line = StandardErrorLog.line(
            .info, "done", ["job": "1", "class": "x"], format: .text, now: now)
        #expect(line == "1970-01-01T00:00:00Z info: done class=x job=1")
    }

    @Test func theJournalReadsThePriority() {
        #expect(
            StandardErrorLog.line(.error, "no", [:], format: .journal, now: now) == "<3>no")
        #expect(
            StandardErrorLog.line(.debug, "no", [:], format: .journal, now: now) == "<7>no")
    }

    @Test func aLineStaysALine() {
        let line = StandardErrorLog.line(
            .info, "a\nb\u{1B}[31m", ["path": "/x\ny"], format: .journal, now: now)
        #expect(line == "<6>a b [31m path=/x y")
    }

    @Test func aProgramReadsJSON() throws {
        let line = StandardErrorLog.line(
            .warning, "a \"b\"\n", ["job": "1"], format: .json, now: now)
        let record = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(
            record == [
                "time": "1970-01-01T00:00:00Z", "level": "warning", "message": "a \"b\"\n",
                "job": "1",
            ])
    }
}
