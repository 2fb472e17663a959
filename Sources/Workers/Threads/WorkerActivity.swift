/// What one worker is doing, for the state dump and the watchdog.
public struct WorkerActivity: Sendable, Equatable, Encodable {
    /// The worker's number, from 0.
    public let worker: Int
    /// The pictures it works on, the oldest first; none while it waits.
    public let pictures: [PictureActivity]
    /// Grows with every token and every layer; standing still means a hang.
    public let progress: UInt64
}
