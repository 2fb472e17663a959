/// A source of directory events; the kernel's, or a test's.
protocol DirectoryEvents: AnyObject, Sendable {
    /// Watches a directory, or finds its watch again.
    ///
    /// - Parameters:
    ///   - path: The directory.
    ///   - followsLink: Whether the path itself may be a link.
    /// - Returns: The number its events bear.
    /// - Throws: `SystemFailure`; `ENOSPC` where no more watches are allowed.
    func watch(_ path: String, followsLink: Bool) throws(SystemFailure) -> Int32

    /// Ends a watch.
    func unwatch(_ watch: Int32)

    /// Takes what has happened so far, without waiting.
    func takeEvents() -> [DirectoryEvent]

    /// Waits for an event, for `wake()`, or for a time to pass.
    func wait(atMost time: Duration)

    /// Ends a wait, the present or the next one; from any thread.
    func wake()
}
