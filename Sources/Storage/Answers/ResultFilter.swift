public import FoundationEssentials

/// Which answers a verb is about; every given condition must hold, and none given means all.
public struct ResultFilter: Sendable, Equatable {
    /// Only these exact paths, if not empty.
    public var paths: [String]
    /// Only this folder: paths that are it or lie below it.
    public var folder: String?
    /// Only answers of these jobs, if not empty.
    public var jobIDs: [Int64]
    /// Only these presets, if not empty.
    public var presets: [String]
    /// Only these questions, if not empty.
    public var questions: [String]
    /// Only answers stored at or after this time.
    public var since: Date?
    /// Only the latest version of each preset.
    public var latestVersionsOnly: Bool

    /// Makes a filter.
    ///
    /// - Parameters:
    ///   - paths: Only these exact paths, if not empty.
    ///   - folder: Only paths that are this folder or lie below it.
    ///   - jobIDs: Only answers of these jobs, if not empty.
    ///   - presets: Only these presets, if not empty.
    ///   - questions: Only these questions, if not empty.
    ///   - since: Only answers stored at or after this time.
    ///   - latestVersionsOnly: Only the latest version of each preset.
    public init(
        paths: [String] = [], folder: String? = nil, jobIDs: [Int64] = [],
        presets: [String] = [], questions: [String] = [], since: Date? = nil,
        latestVersionsOnly: Bool = false
    ) {
        self.paths = paths
        self.folder = folder
        self.jobIDs = jobIDs
        self.presets = presets
        self.questions = questions
        self.since = since
        self.latestVersionsOnly = latestVersionsOnly
    }

    /// Every answer.
    public static let all = ResultFilter()
}
