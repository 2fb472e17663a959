/// How patient and how suspicious watching is.
public struct WatchSettings: Sendable, Equatable {
    /// How long a file must stay as it is before it is handed over; 2 s.
    public var settleTime: Duration = .seconds(2)
    /// How often everything is scanned again, because mapped and remote writes raise no event; 10
    /// minutes.
    public var rescanInterval: Duration = .seconds(600)
    /// How often folders without events are scanned; 60 s.
    public var pollInterval: Duration = .seconds(60)

    /// The times named above.
    public init() {}
}
