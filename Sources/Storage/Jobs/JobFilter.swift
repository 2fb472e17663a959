/// Which jobs a verb is about; every given condition must hold, and none given means all.
public struct JobFilter: Sendable, Equatable {
    /// Only these jobs, if not empty.
    public var ids: [Int64]
    /// Only jobs in these states, if not empty.
    public var states: [JobState]
    /// Only jobs with this failure class.
    public var failureClass: String?
    /// Only these exact paths, if not empty.
    public var paths: [String]
    /// Only this folder: paths that are it or lie below it.
    public var folder: String?

    /// Makes a filter.
    ///
    /// - Parameters:
    ///   - ids: Only these jobs, if not empty.
    ///   - states: Only jobs in these states, if not empty.
    ///   - failureClass: Only jobs with this failure class.
    ///   - paths: Only these exact paths, if not empty.
    ///   - folder: Only paths that are this folder or lie below it.
    public init(
        ids: [Int64] = [], states: [JobState] = [], failureClass: String? = nil,
        paths: [String] = [], folder: String? = nil
    ) {
        self.ids = ids
        self.states = states
        self.failureClass = failureClass
        self.paths = paths
        self.folder = folder
    }

    /// Every job.
    public static let all = JobFilter()
}
