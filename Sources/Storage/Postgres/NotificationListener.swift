internal import Glibc
internal import Synchronization
internal import Threads

/// Listens on channels over a connection and a thread of its own, and keeps doing so.
///
/// A hint, never the truth: whoever uses it also looks at the tables every second or two. Every
/// 10 s of silence the listener asks the server whether it is still listening, because a
/// half-open connection is silent for ever.
public final class NotificationListener: Sendable {
    /// Jobs became ready.
    public static let jobChannel = "llava_job"
    /// Answers landed.
    public static let resultChannel = "llava_result"
    /// Something people steer daemons by changed: pauses, watched folders, cancelled jobs.
    public static let controlChannel = "llava_control"

    /// What happens, oldest first; several notifications not yet taken count as one each channel.
    public let events: AsyncStream<ListenerEvent>

    private let loop: ListenerLoop

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - location: Where the database is.
    ///   - channels: The channels, such as `NotificationListener.jobChannel`.
    ///   - applicationName: What `pg_stat_activity` shows.
    public init(
        _ location: DatabaseLocation, channels: [String],
        applicationName: String = "llavad listener"
    ) {
        let (events, continuation) = AsyncStream.makeStream(
            of: ListenerEvent.self, bufferingPolicy: .bufferingNewest(64))
        self.events = events
        loop = ListenerLoop(
            location, channels: channels, applicationName: applicationName,
            continuation: continuation)
        let loop = loop
        _ = NamedThread("db-listener") { loop.run() }
    }

    /// Ends the stream and the connection.
    public func stop() {
        loop.stop()
    }

    deinit { loop.stop() }
}
