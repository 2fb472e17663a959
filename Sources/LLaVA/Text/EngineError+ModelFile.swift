import ModelFiles

extension EngineError {
    /// Passes a failure of a model file on as one of the engine.
    init(_ error: ModelFileError) {
        let kind: Kind =
            switch error.kind {
            case .missingKey, .wrongType, .outOfRange: .missingPart
            default: .file
            }
        self.init(kind, error.description)
    }

    /// Runs reads of a model file and passes their failure on as one of the engine.
    static func passingOn<Value>(
        _ read: () throws(ModelFileError) -> Value
    ) throws(EngineError) -> Value {
        do {
            return try read()
        } catch {
            throw EngineError(error)
        }
    }
}
