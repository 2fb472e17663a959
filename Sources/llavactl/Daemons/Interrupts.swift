import Glibc
import Synchronization

/// Counts the signals by which a person stops a verb that waits.
enum Interrupts {
    private static let signals = Atomic<Int>(0)

    /// How many have come.
    static var count: Int { signals.load(ordering: .relaxed) }

    /// Waits until time has passed or the next signal comes, whichever is first.
    ///
    /// A tick of 50 ms notices a signal soon enough for the person who sent it.
    static func sleep(for time: Duration) async throws {
        let known = count
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end, count == known {
            try await Task.sleep(for: min(.milliseconds(50), end - ContinuousClock.now))
        }
    }

    /// From now on Ctrl-C, SIGTERM and a closed terminal are counted instead of ending the
    /// program.
    static func install() {
        // Touched here first, so that the handler finds it made and only adds to it.
        _ = count
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            Interrupts.signals.add(1, ordering: .relaxed)
        }
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaction(number, &action, nil) }
    }
}
