/// Which process on which machine a daemon is, precisely enough to tell that it is gone.
public struct DaemonIdentity: Sendable, Equatable {
    /// The machine's host name.
    public var host: String
    /// The kernel's boot id and the process-id namespace: a pid means something within it only.
    public var bootID: String
    /// The process id.
    public var pid: Int32
    /// The process's start time in clock ticks since boot (field 22 of `/proc/PID/stat`).
    public var pidStart: Int64

    /// Makes an identity.
    ///
    /// - Parameters:
    ///   - host: The machine's host name.
    ///   - bootID: The kernel's boot id and pid namespace.
    ///   - pid: The process id.
    ///   - pidStart: The process's start time in clock ticks since boot.
    public init(host: String, bootID: String, pid: Int32, pidStart: Int64) {
        self.host = host
        self.bootID = bootID
        self.pid = pid
        self.pidStart = pidStart
    }
}
