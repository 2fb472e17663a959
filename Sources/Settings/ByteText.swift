/// Sizes as people write them: `64MiB`, `1048576`.
enum ByteText {
    private static let units: [(suffix: String, factor: Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30),
    ]

    /// The number of bytes, or `nil` if this is no size.
    static func parse(_ text: String) -> Int? {
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let count = Int(text.dropLast(unit.suffix.count)) else { return nil }
            let (bytes, overflows) = count.multipliedReportingOverflow(by: unit.factor)
            return overflows ? nil : bytes
        }
        return Int(text)
    }

    /// The shortest exact way to write a size.
    static func describe(_ bytes: Int) -> String {
        for unit in units.reversed() where bytes >= unit.factor && bytes % unit.factor == 0 {
            return "\(bytes / unit.factor)\(unit.suffix)"
        }
        return "\(bytes)"
    }
}
