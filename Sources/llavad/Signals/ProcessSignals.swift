import Glibc

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

/// Every signal of the process, taken synchronously by the one thread that calls `next()`.
///
/// No handler runs anywhere, so nothing here has to be async-signal-safe.
struct ProcessSignals {
    private static let meanings: [CInt: DaemonSignal] = [
        SIGTERM: .stop, SIGINT: .stop, SIGQUIT: .quit, SIGHUP: .reload, SIGUSR1: .report,
    ]

    private var waited = sigset_t()

    /// Blocks the signals for this thread and all that it starts from now on.
    ///
    /// A broken pipe is an error of the write that meets it, not a reason to die; a file that
    /// may not grow is one too.
    static func takeOver() -> ProcessSignals {
        for number in [SIGPIPE, SIGXFSZ, SIGXCPU] { signal(number, SIG_IGN) }
        var signals = ProcessSignals()
        sigemptyset(&signals.waited)
        for number in meanings.keys { sigaddset(&signals.waited, number) }
        pthread_sigmask(SIG_BLOCK, &signals.waited, nil)
        return signals
    }

    /// Waits for the next request.
    func next() -> DaemonSignal {
        var set = waited
        while true {
            var number: CInt = 0
            if sigwait(&set, &number) == 0, let meaning = Self.meanings[number] { return meaning }
        }
    }
}
