/// How far a piece of work is, as a line for a person.
struct ProgressBar {
    /// How many items there are in all.
    let total: Int
    /// How many are over, failed ones included.
    var finished = 0
    /// How many of those failed.
    var failed = 0
    /// Whether the items are bytes, which people read in larger units.
    var countsBytes = false
    /// Seconds since the start.
    var elapsed: Double = 0

    /// Items a second since the start; `nil` until the first is over.
    var rate: Double? {
        guard finished > 0, elapsed > 0 else { return nil }
        return Double(finished) / elapsed
    }

    /// Seconds until everything is over, at the rate so far.
    var secondsLeft: Double? {
        rate.map { Double(total - finished) / $0 }
    }

    /// A line for a log: no bar.
    var plainLine: String {
        let share = total > 0 ? finished * 100 / total : 100
        return (["\(counts) (\(share)%)"] + details).joined(separator: ", ")
    }

    /// A line for a terminal, not wider than `width`.
    func line(width: Int, unicode: Bool) -> String {
        let tail = ([" \(counts)"] + details).joined(separator: "  ")
        let room = min(40, width - DisplayWidth.of(tail) - 3)
        guard room >= 8 else { return String(tail.dropFirst().prefix(max(0, width - 1))) }
        let filled = total > 0 ? room * finished / total : room
        let full = String(repeating: unicode ? "█" : "#", count: filled)
        let empty = String(repeating: unicode ? "░" : "-", count: room - filled)
        return "[" + full + empty + "]" + tail
    }

    private var counts: String {
        countsBytes
            ? SizeText.bytes(finished) + "/" + SizeText.bytes(total) : "\(finished)/\(total)"
    }

    private var details: [String] {
        var parts: [String] = []
        if failed > 0 { parts.append("\(failed) failed") }
        if let rate {
            parts.append(
                countsBytes ? SizeText.bytes(Int(rate)) + "/s" : TimeText.rate(perSecond: rate))
        }
        if finished < total, let secondsLeft {
            parts.append("ETA " + TimeText.length(seconds: secondsLeft))
        } else if finished == total {
            parts.append("in " + TimeText.length(seconds: elapsed))
        }
        return parts
    }
}
