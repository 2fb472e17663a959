/// Who may talk to the daemon.
public struct ControlSettings: Sendable, Equatable {
    /// The socket's path, absolute.
    public var socket: String
    /// The group that may use it, or `nil` for the daemon's own.
    public var group: String?
}
