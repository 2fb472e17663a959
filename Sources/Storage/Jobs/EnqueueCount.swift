/// What an enqueue did.
public struct EnqueueCount: Sendable, Equatable {
    /// Paths that now have work: new jobs, reopened ones, and ones that got further presets.
    public var added: Int
    /// Paths for which there was nothing to add.
    public var known: Int
    /// The jobs of all the paths, added and known, in ascending order.
    public var jobIDs: [Int64]

    /// Makes a count.
    ///
    /// - Parameters:
    ///   - added: Paths that now have work.
    ///   - known: Paths for which there was nothing to add.
    ///   - jobIDs: The jobs of all the paths.
    public init(added: Int = 0, known: Int = 0, jobIDs: [Int64] = []) {
        self.added = added
        self.known = known
        self.jobIDs = jobIDs
    }
}
