/// Lets one task sleep until somebody has news or a time has passed.
///
/// Signals before the wait are remembered as one, so no news is ever lost.
actor Wakeup {
    private var isPending = false
    private var sleeper: CheckedContinuation<Void, Never>?

    nonisolated private let clock: any Clock<Duration>

    init(clock: any Clock<Duration>) {
        self.clock = clock
    }

    /// Ends the current wait, or the next one.
    func signal() {
        if let sleeper {
            self.sleeper = nil
            sleeper.resume()
        } else {
            isPending = true
        }
    }

    /// Waits for a signal, for the time to pass, or for the task to be cancelled.
    func wait(atMost duration: Duration) async {
        if isPending || Task.isCancelled {
            isPending = false
            return
        }
        let clock = clock
        let alarm = Task { [weak self] in
            try? await clock.sleep(for: duration)
            if !Task.isCancelled { await self?.signal() }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                precondition(sleeper == nil, "only one task may wait on a Wakeup")
                if isPending {
                    isPending = false
                    continuation.resume()
                } else {
                    sleeper = continuation
                }
            }
        } onCancel: {
            Task { await self.signal() }
        }
        alarm.cancel()
    }
}
