/// Sizes as people read them.
enum SizeText {
    /// Bytes with three digits in decimal units, as disks and downloads are sold: `4.08 GB`.
    static func bytes(_ count: Int) -> String {
        let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        guard let unit = units.first(where: { Double(count) >= $0.0 * 0.9995 }) else {
            return "\(count) B"
        }
        return digits(Double(count) / unit.0) + " " + unit.1
    }

    /// A count of parameters as model names have it: `7.06 B`, `315 M`.
    static func parameters(_ count: Int) -> String {
        let units = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
        guard let unit = units.first(where: { Double(count) >= $0.0 * 0.9995 }) else {
            return "\(count)"
        }
        return digits(Double(count) / unit.0) + " " + unit.1
    }

    /// Three digits: `4.08`, `40.8`, `408`.
    private static func digits(_ value: Double) -> String {
        let places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        let factor = [1, 10, 100][places]
        let (whole, rest) = Int((value * Double(factor)).rounded())
            .quotientAndRemainder(dividingBy: factor)
        guard places > 0 else { return "\(whole)" }
        let fraction = "\(rest)"
        return "\(whole)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
