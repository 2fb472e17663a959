import Logging
import ServiceLifecycle
import Workers

/// Keeps the service manager informed: a status line, and a sign of life as long as there is
/// progress.
struct StatusReporter: Service {
    private static let statusInterval = Duration.seconds(10)
    /// While the daemon stops, the manager is asked each time for this much more.
    private static let extension_ = Duration.seconds(30)

    let service: DescribingService
    let systemd: SystemdNotify
    let logger: Logger

    /// Reports until the daemon has stopped.
    func run() async throws {
        guard systemd.isHeard else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown { await report() }
    }

    private func report() async {
        var monitor = ProgressMonitor()
        let start = ContinuousClock.now
        // Twice as often as asked, as sd_watchdog_enabled(3) advises.
        let interval = min(Self.statusInterval, systemd.watchdog.map { $0 / 2 } ?? .seconds(10))
        while !Task.isCancelled {
            let state = service.state
            systemd.status(Self.line(state))
            let hanging = monitor.hanging(state.workers, at: ContinuousClock.now - start)
            if hanging.isEmpty {
                systemd.ping()
            } else {
                // No ping: the manager ends the process and the job is counted as a crash.
                let names = hanging.flatMap(\.pictures).map(\.path).joined(separator: ", ")
                logger.critical("no progress for 10 minutes on \(names)")
            }
            if state.phase == "draining" { systemd.extendTimeout(Self.extension_) }
            try? await Task.sleep(for: interval)
        }
    }

    private static func line(_ state: ServiceState) -> String {
        let beat = state.secondsSinceBeat.map { "\(Int($0)) s ago" } ?? "never"
        return "\(state.phase), \(state.held.count) jobs held, done \(state.counts.done), "
            + "dead \(state.counts.dead), \(Int(state.picturesPerHour)) pictures/h, "
            + "database heard us \(beat)"
    }
}
