/// What is logged.
public struct LogSettings: Sendable, Equatable {
    /// The least important level, by its name in swift-log.
    public var level: String
    /// `text`, `json` or `journal`; `nil` means by where standard error goes.
    public var format: String?
}
