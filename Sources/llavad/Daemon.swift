import Glibc
import Logging
import ServiceLifecycle
import Settings
import Synchronization
import Threads
import Workers

/// The process's life: settings, start, work, the signals in between, end.
final class Daemon: Sendable {
    private struct State {
        var settings: DaemonSettings?
        var group: ServiceGroup?
        var running: Startup.Running?
        var stops = 0
    }

    /// How long the process may take to end after it was told to stop at once.
    private static let promptly = Duration.seconds(2)

    private let configPath: String?
    private let environment = SettingsLoader.currentEnvironment()
    private let output: LogOutput
    private let logger: Logger
    private let systemd: SystemdNotify
    private let state = Mutex(State())

    init(configPath: String?) {
        self.configPath = configPath
        systemd = SystemdNotify(environment: environment)
        let output = LogOutput(
            format: LogFormat.automatic(environment: environment), level: .info)
        self.output = output
        logger = Logger(label: "llavad") { _ in StandardErrorLog(output) }
    }

    /// Starts, works and stops.
    func run() async -> ExitStatus {
        do throws(StartFailure) {
            try await work()
            logger.notice("stopped")
            return .done
        } catch {
            // Asked to stop while starting: whatever broke then is not worth a word.
            if state.withLock({ $0.stops }) > 0 { return .done }
            logger.critical("\(error)")
            systemd.status(error.description)
            return error.status
        }
    }

    private func work() async throws(StartFailure) {
        let settings: DaemonSettings
        do {
            settings = try SettingsLoader.load(configPath: configPath, environment: environment)
        } catch {
            throw StartFailure(error)
        }
        output.apply(settings.log, environment: environment)
        state.withLock { $0.settings = settings }
        logger.info("settings from \(settings.file ?? "no file")")
        let startup = Startup(settings: settings, logger: logger, systemd: systemd)
        let running = try await startup.run()
        let reporter = StatusReporter(
            service: running.service, systemd: systemd, logger: logger)
        let runner = DescribingRunner(
            service: running.service, systemd: systemd, logger: logger,
            drainLimit: { self.state.withLock { $0.settings?.workers.drain ?? .seconds(60) } })
        // Stopped in reverse order: the others go on while the work ends.
        let server = StateServer(sockets: try sockets(settings), service: running.service)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: reporter), .init(service: server),
                .init(
                    service: runner, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            logger: logger)
        configuration.maximumGracefulShutdownDuration = nil
        let group = ServiceGroup(configuration: configuration)
        let isStopping = state.withLock { state in
            state.group = group
            state.running = running
            return state.stops > 0
        }
        if isStopping { await running.service.drain() }
        systemd.ready()
        logger.notice("ready")
        do {
            try await group.run()
        } catch {
            throw StartFailure(.failed, "the daemon ended unexpectedly: \(error)")
        }
        running.workers.close()
    }

    /// Where people and monitoring may ask; only wrong settings keep the daemon from starting.
    private func sockets(_ settings: DaemonSettings) throws(StartFailure) -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        do throws(StartFailure) {
            sockets.append(
                try .state(at: settings.control.socket, group: settings.control.group))
        } catch {
            logger.warning("nobody can ask the daemon how it is: \(error)")
        }
        if let address = settings.metricsAddress { sockets.append(try .metrics(at: address)) }
        return sockets
    }

    /// Acts on a signal; called on the thread that waits for them.
    func receive(_ signal: DaemonSignal) {
        switch signal {
        case .stop: stop()
        case .quit:
            logger.notice("SIGQUIT: stopping at once")
            stopAtOnce(within: .seconds(1))
        case .reload: Task { await reload() }
        case .report: report()
        }
    }

    private func stop() {
        let (count, group) = state.withLock { state in
            state.stops += 1
            return (state.stops, state.group)
        }
        guard count == 1, let group else {
            // Still starting, or asked a second time.
            return stopAtOnce(within: Self.promptly)
        }
        Task { await group.triggerGracefulShutdown() }
    }

    /// Gives the jobs back and ends the process in time, whatever hangs.
    private func stopAtOnce(within limit: Duration) {
        let (service, group) = state.withLock { state in
            state.stops += 1
            return (state.running?.service, state.group)
        }
        Task {
            await service?.abort()
            await group?.triggerGracefulShutdown()
        }
        let hadStarted = service != nil
        let seconds = UInt32(limit / .seconds(1))
        _ = NamedThread("deadline") {
            var left = seconds
            while left > 0 { left = sleep(left) }
            // Jobs that were not given back are swept up by the next daemon.
            _exit(hadStarted ? ExitStatus.failed.rawValue : ExitStatus.done.rawValue)
        }
    }

    /// Reads the settings again, whole, or keeps the old ones.
    private func reload() async {
        systemd.reloading()
        defer { systemd.ready() }
        let new: DaemonSettings
        do {
            new = try SettingsLoader.load(configPath: configPath, environment: environment)
        } catch {
            logger.error("the settings stay as they are: \(error)")
            return
        }
        let (old, service) = state.withLock { state in
            defer { state.settings = new }
            return (state.settings, state.running?.service)
        }
        output.apply(new.log, environment: environment)
        await service?.apply(FolderRules(new))
        let later = old.map { SettingsChange.needingRestart(from: $0, to: new) } ?? []
        guard later.isEmpty else {
            let names = later.joined(separator: ", ")
            return logger.notice(
                "the settings were read again; \(names) will hold after a restart")
        }
        logger.notice("the settings were read again")
    }

    /// One line of JSON about what is being done.
    private func report() {
        let service = state.withLock { $0.running?.service }
        let line = service.map(\.state.json) ?? #"{"phase":"starting"}"#
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
