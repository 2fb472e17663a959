import Glibc
import Synchronization

/// Every signal of the process, taken synchronously by the one thread that calls `next()`.
///
/// Libraries start threads before `main` (OpenBLAS does, when it is loaded), and on those nothing
/// is blocked. The only handler there is passes what arrives there on to the waiting thread.
struct ProcessSignals {
    private static let meanings: [CInt: DaemonSignal] = [
        SIGTERM: .stop, SIGINT: .stop, SIGQUIT: .quit, SIGHUP: .reload, SIGUSR1: .report,
    ]

    private var waited = sigset_t()

    /// Blocks the signals for this thread, which is to call `next()`, and all that it starts from
    /// now on.
    ///
    /// A broken pipe is an error of the write that meets it, not a reason to die; a file that
    /// may not grow is one too.
    static func takeOver() -> ProcessSignals {
        for number in [SIGPIPE, SIGXFSZ, SIGXCPU] { signal(number, SIG_IGN) }
        var signals = ProcessSignals()
        sigemptyset(&signals.waited)
        for number in meanings.keys { sigaddset(&signals.waited, number) }
        pthread_sigmask(SIG_BLOCK, &signals.waited, nil)
        waitingThread.store(UInt(pthread_self()), ordering: .releasing)
        for number in meanings.keys { signal(number, passOn) }
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

/// The thread that waits for signals; set before the handler that reads it is installed.
private let waitingThread = Atomic<UInt>(0)

/// Sends a signal on to the thread that waits; pthread_kill is async-signal-safe (POSIX).
private func passOn(_ number: CInt) {
    pthread_kill(pthread_t(waitingThread.load(ordering: .acquiring)), number)
}
