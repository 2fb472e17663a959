import Storage
import Synchronization

/// Waits for answers to land, for a signal, or for time to pass, whichever is first.
final class ResultSignal: Sendable {
    private let listener: NotificationListener
    private let hasNews = Atomic<Bool>(false)

    /// Starts to listen; a listener that never connects only makes waiting longer.
    init(_ location: DatabaseLocation) {
        listener = NotificationListener(
            location, channels: [NotificationListener.resultChannel],
            applicationName: "llavactl waits")
        let events = listener.events
        Task { [weak self] in
            for await event in events {
                if case .notified = event { self?.hasNews.store(true, ordering: .relaxed) }
            }
        }
    }

    /// Waits.
    ///
    /// A tick of 50 ms notices a signal soon enough for the person who sent it.
    func wait(atMost limit: Duration) async throws {
        let known = Interrupts.count
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end, Interrupts.count == known {
            if hasNews.exchange(false, ordering: .relaxed) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Stops listening.
    func stop() {
        listener.stop()
    }
}
