internal import Glibc
internal import Synchronization

/// The body of a `NotificationListener`'s thread.
final class ListenerLoop: Sendable {
    private let location: DatabaseLocation
    private let channels: [String]
    private let applicationName: String
    private let continuation: AsyncStream<ListenerEvent>.Continuation
    private let isStopped = Atomic<Bool>(false)
    /// The two ends of a pipe; `stop()` makes `wake` readable.
    private let wake: Int32
    private let waker: Int32

    /// How long the connection may be silent before it is probed, and how long a probe may take
    /// (reliability study, "LISTEN goes deaf silently").
    private static let probeInterval: Int32 = 10_000
    private static let probeDeadline: Duration = .seconds(5)

    init(
        _ location: DatabaseLocation, channels: [String], applicationName: String,
        continuation: AsyncStream<ListenerEvent>.Continuation
    ) {
        self.location = location
        self.channels = channels
        self.applicationName = applicationName
        self.continuation = continuation
        var ends: [Int32] = [-1, -1]
        let status = pipe(&ends)
        precondition(status == 0, "pipe failed: raise the limit on open files")
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wake = ends[0]
        waker = ends[1]
    }

    deinit {
        close(wake)
        close(waker)
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        var byte: UInt8 = 1
        _ = write(waker, &byte, 1)
    }

    func run() {
        let server = ServerAccess(location)
        var backoff = Backoff()
        while !isStopped.load(ordering: .acquiring) {
            do throws(StorageError) {
                let connection = try PostgresConnection(
                    conninfo: try server.enter(), applicationName: applicationName)
                try listen(connection)
                backoff.reset()
                continuation.yield(.listening)
                try relay(connection)
            } catch {
                continuation.yield(.lost(error))
                pause(backoff.next())
            }
        }
        server.leave()
        continuation.finish()
    }

    private func listen(_ connection: PostgresConnection) throws(StorageError) {
        for channel in channels {
            _ = try connection.run(
                Statement("listen", "LISTEN \"\(channel)\"", deadline: Self.probeDeadline))
        }
    }

    /// Hands on notifications until stopped or the connection fails.
    private func relay(_ connection: PostgresConnection) throws(StorageError) {
        while !isStopped.load(ordering: .acquiring) {
            var entries = [
                pollfd(fd: connection.fileDescriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&entries, 2, Self.probeInterval) == 0 { try probe(connection) }
            for channel in Set(try connection.takeNotifications()) {
                continuation.yield(.notified(channel: channel))
            }
        }
    }

    /// Asks whether the session still listens; a pooler may have given us another one.
    private func probe(_ connection: PostgresConnection) throws(StorageError) {
        let listening = try connection.run(
            Statement(
                "probe listener", "SELECT pg_listening_channels() AS channel",
                deadline: Self.probeDeadline)
        ).map { row throws(StorageError) in try row.text("channel") }
        guard Set(listening).isSuperset(of: channels) else {
            throw StorageError(.connection, "the session does not listen any more")
        }
    }

    private func pause(_ duration: Duration) {
        var entry = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, Int32(duration / .milliseconds(1)))
    }
}
