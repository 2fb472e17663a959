import Glibc

/// Times and rates as people read them.
enum TimeText {
    /// A length of time in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
    static func length(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "very long" }
        let total = Int(max(0, seconds).rounded())
        let units = [(86400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        guard let first = units.firstIndex(where: { total >= $0.0 }) else { return "0 s" }
        let large = "\(total / units[first].0) \(units[first].1)"
        guard first + 1 < units.count else { return large }
        let rest = total % units[first].0 / units[first + 1].0
        return rest == 0 ? large : large + " \(rest) \(units[first + 1].1)"
    }

    /// A rate in the unit that gives it a digit before the point: `2.5/s`, `30/min`, `7.2/h`.
    static func rate(perSecond rate: Double) -> String {
        for (factor, unit) in [(1.0, "s"), (60.0, "min")] where rate * factor >= 1 {
            return number(rate * factor) + "/" + unit
        }
        return number(rate * 3600) + "/h"
    }

    private static func number(_ value: Double) -> String {
        guard value < 99.5 else { return "\(Int(value.rounded()))" }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// A moment in UTC by ISO 8601: `2026-11-23T06:58:00Z`.
    static func stamp(secondsSince1970: Double) -> String {
        formatted(secondsSince1970, "%Y-%m-%dT%H:%M:%SZ", gmtime_r)
    }

    /// A moment in the person's own time zone: `2026-11-23 06:58:00`.
    static func local(secondsSince1970: Double) -> String {
        formatted(secondsSince1970, "%Y-%m-%d %H:%M:%S", localtime_r)
    }

    private static func formatted(
        _ seconds: Double, _ format: String,
        _ split: (UnsafePointer<time_t>?, UnsafeMutablePointer<tm>?) -> UnsafeMutablePointer<tm>?
    ) -> String {
        var moment = time_t(max(-6e10, min(2.5e11, seconds)).rounded(.down))
        var parts = tm()
        _ = split(&moment, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress, strftime(start, 64, format, &parts) > 0 else {
                return ""
            }
            return String(cString: start)
        }
    }
}
