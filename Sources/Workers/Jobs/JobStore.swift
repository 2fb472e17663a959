public import Storage

/// The part of the database that a worker needs; `Database` is the one that counts.
///
/// A protocol only so that tests can lose replies and break connections at will.
public protocol JobStore: Sendable {
    /// Takes ready jobs for a daemon.
    ///
    /// - Parameters:
    ///   - epoch: The daemon.
    ///   - limit: The most jobs to take.
    /// - Returns: The jobs, each with the fence of this claim.
    /// - Throws: `StorageError`.
    func claim(epoch: Int64, limit: Int) async throws(StorageError) -> [ClaimedJob]

    /// Tells the database which contents the files of jobs have; all or nothing.
    ///
    /// - Parameter pictures: What was found for each job.
    /// - Returns: What remains to be answered about each content, in the same order.
    /// - Throws: `StorageError`.
    func identify(
        _ pictures: [FoundPicture]
    ) async throws(StorageError) -> [Identification]

    /// Stores answers of jobs and, where they are the last, ends the claims; all or nothing.
    ///
    /// - Parameter jobs: What to store for each.
    /// - Returns: What became of each, in the same order.
    /// - Throws: `StorageError`.
    func put(_ jobs: [JobAnswers]) async throws(StorageError) -> [PutOutcome]

    /// Gives a job back unfinished.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - fence: The claim.
    ///   - how: What is to become of it.
    ///   - failureClass: Why, as a class.
    ///   - error: Why, as a sentence.
    ///   - maxAttempts: After how many attempts a retry is dead.
    /// - Returns: The job's new state, or `nil` if the claim no longer counts.
    /// - Throws: `StorageError`.
    func giveBack(
        job: Int64, fence: Int64, how: GiveBack, failureClass: String?, error: String?,
        maxAttempts: Int?
    ) async throws(StorageError) -> JobState?
}
