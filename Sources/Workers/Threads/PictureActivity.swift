/// A picture that a worker is working on.
public struct PictureActivity: Sendable, Equatable {
    /// Its job.
    public let job: Int64
    /// Its file.
    public let path: String
    /// Answers given for it so far.
    public let answers: Int
    /// How long the worker has been on it.
    public let elapsed: Duration
}
