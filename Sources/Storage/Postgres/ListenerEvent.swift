/// What a `NotificationListener` tells.
public enum ListenerEvent: Sendable, Equatable {
    /// The channels are being listened to, at first or again: look at the tables now, for
    /// notifications may have been missed.
    case listening
    /// Something was notified on a channel.
    case notified(channel: String)
    /// The connection was lost; the listener tries again by itself.
    case lost(StorageError)
}
