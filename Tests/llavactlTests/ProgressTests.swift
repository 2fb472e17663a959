import Testing

@testable import llavactl

@Suite struct ProgressTests {
    private func bar(_ finished: Int, of total: Int, failed: Int = 0, at elapsed: Double)
        -> ProgressBar
    {
        ProgressBar(total: total, finished: finished, failed: failed, elapsed: elapsed)
    }

    @Test func showsShareRateAndTimeLeft() {
        #expect(
            bar(6, of: 24, failed: 1, at: 12).plainLine
                == "6/24 (25%), 1 failed, 30/min, ETA 36 s")
        #expect(bar(24, of: 24, at: 48).plainLine == "24/24 (100%), 30/min, in 48 s")
        #expect(bar(0, of: 24, at: 3).plainLine == "0/24 (0%)")
    }

    @Test func fitsItsWidth() {
        let line = bar(6, of: 24, at: 12).line(width: 60, unicode: false)
        #expect(line.hasPrefix("[#######"))
        #expect(line.hasSuffix("] 6/24  30/min  ETA 36 s"))
        #expect(DisplayWidth.of(line) < 60)
        for width in 1...80 {
            let line = bar(6, of: 24, at: 12).line(width: width, unicode: true)
            #expect(DisplayWidth.of(line) < max(2, width))
        }
    }

    @Test func aLogGetsALineNowAndThenAndTheLast() {
        var written: [String] = []
        var reporter = ProgressReporter(
            terminal: Terminal(isTerminal: false, width: .max), write: { written.append($0) })
        for second in 0..<12 {
            reporter.update(bar(second, of: 12, at: Double(second)))
        }
        reporter.finish(bar(12, of: 12, at: 12))
        #expect(written.map { $0.prefix { $0 != " " } } == ["5/12", "10/12", "12/12"])
        #expect(written.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\u{1B}") })
    }

    @Test func aTerminalGetsOneLineDrawnAgain() {
        var written = ""
        var reporter = ProgressReporter(
            terminal: Terminal(isTerminal: true, width: 60), write: { written += $0 })
        reporter.update(bar(1, of: 2, at: 1))
        reporter.finish(bar(2, of: 2, at: 2))
        #expect(written.filter { $0 == "\n" }.count == 1)
        #expect(written.split(separator: "\r").count == 2)
        reporter.clear()
        #expect(written.hasSuffix("\n"))
    }
}
