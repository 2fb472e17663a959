/// Something that answers presets about pictures; one belongs to one worker thread.
public protocol ImageDescribing {
    /// Answers presets about pictures until there are no more, several pictures at once if it can.
    ///
    /// Computes on the calling thread.
    ///
    /// - Parameter next: Gives the next picture. Asked with `false` while others are in flight, it
    ///   must not wait; asked with `true` it may, and `nil` ends the work.
    func describe(taking next: (_ waits: Bool) -> DescribingTask?)
}
