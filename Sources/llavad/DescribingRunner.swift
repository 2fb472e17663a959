import Logging
import ServiceLifecycle
import Workers

/// Runs the work as a service of the group, and ends it in steps.
struct DescribingRunner: Service {
    /// How long jobs may take to stop at their next token and go back to the database.
    private static let abortLimit = Duration.seconds(8)

    let service: DescribingService
    let systemd: SystemdNotify
    let logger: Logger
    /// How long claimed jobs may take to finish; asked when the stop begins.
    let drainLimit: @Sendable () -> Duration

    /// Works until told to stop.
    func run() async throws {
        await withGracefulShutdownHandler {
            await service.run()
        } onGracefulShutdown: {
            Task { await stop() }
        }
    }

    /// Finishes what is claimed; what takes too long is given back.
    private func stop() async {
        systemd.stopping()
        let limit = drainLimit()
        let held = service.state.held.count
        logger.notice("stopping: \(held) jobs are finished, for at most \(limit / .seconds(1)) s")
        await service.drain()
        try? await Task.sleep(for: limit)
        logger.notice("stopping: the remaining jobs are given back")
        await service.abort()
        try? await Task.sleep(for: Self.abortLimit)
        logger.warning("stopping: the database does not answer, its jobs will be swept up")
        await service.abandon()
    }
}
