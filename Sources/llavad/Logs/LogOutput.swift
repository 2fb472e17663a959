import Logging
import Synchronization

/// What every logger of the process shares, so that a reload changes all of them.
final class LogOutput: Sendable {
    private struct State {
        var format: LogFormat
        var level: Logger.Level
    }

    private let state: Mutex<State>

    init(format: LogFormat, level: Logger.Level) {
        state = Mutex(State(format: format, level: level))
    }

    var format: LogFormat { state.withLock { $0.format } }
    var level: Logger.Level { state.withLock { $0.level } }

    func change(format: LogFormat, level: Logger.Level) {
        state.withLock { $0 = State(format: format, level: level) }
    }
}
