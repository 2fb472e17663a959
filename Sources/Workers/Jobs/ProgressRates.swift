/// How fast pictures come out, over the last minutes, for status lines and estimates.
public struct ProgressRates: Sendable, Equatable {
    /// The time looked back on.
    static let window = Duration.seconds(300)
    /// The most moments kept; older ones are merged away first.
    private static let capacity = 600

    private struct Moment: Sendable, Equatable {
        let at: Duration
        var pictures: Int
        var tokens: Int
    }

    private var moments: [Moment] = []
    private let start: Duration

    /// Pictures done since the start.
    public private(set) var pictures = 0
    /// Tokens made since the start.
    public private(set) var tokens = 0

    /// Starts counting.
    ///
    /// - Parameter now: The time on any clock that only goes forward.
    public init(startingAt now: Duration) {
        start = now
    }

    /// Counts one picture.
    ///
    /// - Parameters:
    ///   - tokens: Tokens made for it.
    ///   - now: The time on the clock of the start.
    public mutating func add(tokens: Int, at now: Duration) {
        pictures += 1
        self.tokens += tokens
        // Moments of a second each, so that a fast run needs no more memory than a slow one.
        if let last = moments.indices.last, now - moments[last].at < .seconds(1) {
            moments[last].pictures += 1
            moments[last].tokens += tokens
        } else {
            moments.append(Moment(at: now, pictures: 1, tokens: tokens))
        }
        forget(before: now)
    }

    private mutating func forget(before now: Duration) {
        let kept = moments.drop { now - $0.at > Self.window }
        moments = Array(kept.suffix(Self.capacity))
    }

    /// Pictures an hour over the window.
    ///
    /// - Parameter now: The time on the clock of the start.
    /// - Returns: The rate; 0 before the first picture.
    public func picturesPerHour(at now: Duration) -> Double {
        rate(at: now, of: \.pictures) * 3600
    }

    /// Tokens a second over the window.
    ///
    /// - Parameter now: The time on the clock of the start.
    /// - Returns: The rate; 0 before the first picture.
    public func tokensPerSecond(at now: Duration) -> Double {
        rate(at: now, of: \.tokens)
    }

    private func rate(at now: Duration, of count: KeyPath<Moment, Int>) -> Double {
        let span = min(now - start, Self.window)
        let seconds = max(span / .seconds(1), 1)
        let sum = moments.drop { now - $0.at > Self.window }.reduce(0) { $0 + $1[keyPath: count] }
        return Double(sum) / seconds
    }
}
