internal import Synchronization

/// One user's way to the server: keeps an embedded one running from `enter()` to `leave()`.
final class ServerAccess: Sendable {
    private let location: DatabaseLocation
    private let cluster: EmbeddedCluster?
    /// Held shared by every user of the cluster, so that the last one can be told.
    private let membership = Mutex<FileLock?>(nil)

    init(_ location: DatabaseLocation) {
        self.location = location
        cluster =
            switch location {
            case .embedded(let directory): EmbeddedCluster(stateDirectory: directory)
            case .external: nil
            }
    }

    deinit { leave() }

    /// Makes sure that the server runs, if it is ours, and gives the connection string.
    func enter() throws(StorageError) -> String {
        switch location {
        case .external(let conninfo): return conninfo
        case .embedded:
            guard let cluster else { preconditionFailure("an embedded location has a cluster") }
            try cluster.prepareDirectories()
            let turn = try cluster.takeTurn()
            defer { turn.release() }
            if membership.withLock({ $0 == nil }) {
                let lock = try cluster.join()
                membership.withLock { $0 = lock }
            }
            return try cluster.ensureRunning()
        }
    }

    /// Stops an embedded server if this was its last user; a second call does nothing.
    func leave() {
        guard let cluster, let lock = membership.withLock({ $0.take() }) else { return }
        defer { lock.release() }
        // Without the turn someone may be starting up: then the server is still needed.
        guard let turn = try? cluster.takeTurn() else { return }
        defer { turn.release() }
        if lock.becomeExclusive() { cluster.stop() }
    }
}
