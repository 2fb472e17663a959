import LLaVA
import Pipeline
import Settings
import Storage

/// Why the daemon did not start: a sentence, and what the process says at its end.
struct StartFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    let description: String

    init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }

    /// The failure behind an error of any module.
    init(_ error: any Error) {
        switch error {
        case let error as StartFailure: self = error
        case let error as SettingsError: self.init(.configuration, "\(error)")
        case let error as EngineError: self.init(.configuration, "\(error)")
        case let error as PipelineError where error.kind == .preset:
            self.init(.configuration, "\(error)")
        case let error as StorageError where error.kind == .schema:
            self.init(.configuration, "\(error)")
        case let error as StorageError: self.init(.noDatabase, "\(error)")
        default: self.init(.failed, "\(error)")
        }
    }
}
