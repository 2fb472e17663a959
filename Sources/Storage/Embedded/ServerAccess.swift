internal import Synchronization

/// One user's way to the server: keeps an embedded one running from `enter()` to `leave()`.
final class ServerAccess: Sendable {
    private let location: DatabaseLocation

    init(_ location: DatabaseLocation) {
        self.location = location
    }

    /// Makes sure that the server runs, if it is ours, and gives the connection string.
    func enter() throws(StorageError) -> String {
        switch location {
        case .external(let conninfo): return conninfo
        case .embedded:
            throw StorageError(.embedded, "the embedded server is not built in yet")
        }
    }

    /// Stops an embedded server if this was its last user; a second call does nothing.
    func leave() {}
}
