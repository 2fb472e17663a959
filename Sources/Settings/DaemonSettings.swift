/// Everything that can be set, checked and complete: what `llavad` and `llavactl` run by.
public struct DaemonSettings: Sendable, Equatable {
    /// The file that was read, or `nil` if there was none and the built-in values hold.
    public var file: String?
    /// `embedded`, or a libpq connection string.
    public var database: String
    /// The folder of everything llavad keeps, absolute.
    public var stateDirectory: String
    /// Which model answers.
    public var model: ModelSettings
    /// Where `llavactl model pull` fetches models from.
    public var modelEndpoint: String
    /// How the work is spread over the machine.
    public var workers: WorkerSettings
    /// Where pictures come from.
    public var sources: SourceSettings
    /// Which pictures are refused.
    public var images: ImageSettings
    /// How often failed jobs are tried.
    public var retry: RetrySettings
    /// Who may talk to the daemon.
    public var control: ControlSettings
    /// HOST:PORT of the metrics, or `nil` if they are off.
    public var metricsAddress: String?
    /// What is logged.
    public var log: LogSettings
    /// The preset of jobs that name none.
    public var defaultPreset: String
}
