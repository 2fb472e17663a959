/// A request that reaches the daemon as a signal.
enum DaemonSignal: Sendable, Equatable {
    /// SIGTERM, SIGINT: stop, more and more firmly.
    case stop
    /// SIGQUIT: stop now.
    case quit
    /// SIGHUP: read the settings again.
    case reload
    /// SIGUSR1: say what is being done.
    case report
}
