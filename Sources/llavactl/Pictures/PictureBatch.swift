import Storage

/// Some of the pictures that a search came across.
struct PictureBatch: Sendable {
    /// What can be enqueued.
    var jobs: [NewJob] = []
    /// What cannot, each with its reason as a sentence.
    var skipped: [String] = []
}
