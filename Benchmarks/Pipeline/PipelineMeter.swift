import Glibc
import Synchronization

/// What the pipeline takes of the workers' time and of the processor's.
final class PipelineMeter: Sendable {
    /// What was measured over some pictures.
    struct Reading {
        /// Pictures that followed another on their worker.
        var pictures = 0
        /// What their workers spent in the pipeline's code or waited for it.
        var waited = Duration.zero
    }

    private let reading = Mutex(Reading())

    /// Times what the pipeline does on a worker's thread.
    func time(_ body: () -> Void) {
        let start = ContinuousClock.now
        body()
        let taken = ContinuousClock.now - start
        reading.withLock { $0.waited += taken }
    }

    /// Counts a picture that a worker has got, and the time since the end of the one before.
    func picture(waitedSince end: ContinuousClock.Instant) {
        let taken = ContinuousClock.now - end
        reading.withLock {
            $0.pictures += 1
            $0.waited += taken
        }
    }

    /// Gives what was measured and starts again.
    func take() -> Reading {
        reading.withLock { reading in
            defer { reading = Reading() }
            return reading
        }
    }

    /// The processor time this process has taken, in seconds.
    static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
