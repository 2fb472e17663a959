/// Times as people write them: `500ms`, `2s`, `10m`, `1h`, `7d`.
enum DurationText {
    /// Milliseconds to a unit, longest suffix first so that `ms` is not read as `s`.
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// The time, or `nil` if this is none.
    static func parse(_ text: String) -> Duration? {
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let count = Int64(text.dropLast(unit.suffix.count)), count >= 0 else {
                return nil
            }
            let (total, overflows) = count.multipliedReportingOverflow(by: unit.milliseconds)
            return overflows ? nil : .milliseconds(total)
        }
        return nil
    }

    /// The shortest exact way to write a time of whole milliseconds.
    static func describe(_ time: Duration) -> String {
        let parts = time.components
        let total = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        for unit in units.reversed()
        where total >= unit.milliseconds && total % unit.milliseconds == 0 {
            return "\(total / unit.milliseconds)\(unit.suffix)"
        }
        return "0s"
    }
}
