import FoundationEssentials

/// What a daemon is doing, at one moment.
public struct ServiceState: Sendable, Equatable {
    /// The daemon's number in the database; `nil` while it is not registered.
    public let epoch: Int64?
    /// `running`, `paused` or `draining`.
    public let phase: String
    /// Seconds since the last good heartbeat began.
    public let secondsSinceBeat: Double?
    /// What has been done since the start.
    public let counts: WorkCounters.Counts
    /// Pictures an hour over the last minutes.
    public let picturesPerHour: Double
    /// Tokens a second over the last minutes.
    public let tokensPerSecond: Double
    /// Jobs claimed and not yet ended.
    public let held: [Int64]
    /// What every worker is doing.
    public let workers: [WorkerActivity]

    /// The state as one line of JSON.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("a state holds texts and finite numbers, so it always encodes")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

extension ServiceState: Encodable {
    private enum CodingKeys: String, CodingKey {
        case epoch, phase, counts, held, workers
        case secondsSinceBeat = "seconds_since_beat"
        case picturesPerHour = "pictures_per_hour"
        case tokensPerSecond = "tokens_per_second"
    }
}

extension PictureActivity: Encodable {
    private enum CodingKeys: String, CodingKey {
        case job, path, answers, seconds
    }

    /// Writes the activity, the elapsed time in seconds.
    ///
    /// - Parameter encoder: Where to write to.
    /// - Throws: `EncodingError` as the encoder does.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(job, forKey: .job)
        try container.encode(path, forKey: .path)
        try container.encode(answers, forKey: .answers)
        try container.encode(elapsed / .seconds(1), forKey: .seconds)
    }
}
