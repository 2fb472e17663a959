/// Waits that grow from try to try: 0.1 s doubling to 10 s, each shifted by up to half.
///
/// The shift keeps several daemons that lost the same server from all coming back at once.
struct Backoff {
    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(10)

    private var next = first

    /// The next wait.
    mutating func delay() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(using: &generator)
    }

    mutating func delay(using generator: inout some RandomNumberGenerator) -> Duration {
        defer { next = min(next * 2, Self.longest) }
        return next * Double.random(in: 0.5...1.5, using: &generator)
    }

    /// Starts again at the shortest wait, after a success.
    mutating func reset() {
        next = Self.first
    }
}
