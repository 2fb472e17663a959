/// Pauses between tries: 0.1 s, doubling to 10 s, each times a random factor from 0.5 to 1.5, so
/// that clients of a server that comes back do not arrive at once.
struct Backoff: Sendable {
    private var seconds: Double = 0.1

    /// The next pause.
    mutating func next() -> Duration {
        let pause = seconds * Double.random(in: 0.5...1.5)
        seconds = min(seconds * 2, 10)
        return .seconds(pause)
    }

    /// Begins anew after a success.
    mutating func reset() { seconds = 0.1 }
}
