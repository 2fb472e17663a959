import Glibc
import Storage

/// Which of the daemons in the database are alive as seen from here.
struct LiveDaemons {
    /// A daemon of another host that has been silent for longer counts as gone.
    static let longestSilence: Double = 30

    /// This process, which says what this machine is.
    let here: DaemonIdentity

    /// Looks at this machine.
    init() throws(StorageError) {
        here = try DaemonIdentity.current()
    }

    /// Whether a daemon runs: its process exists on this machine, or it beat lately elsewhere.
    func isAlive(_ daemon: DaemonRow) -> Bool {
        guard !daemon.isDead else { return false }
        guard isHere(daemon) else { return daemon.secondsSinceBeat < Self.longestSilence }
        return kill(daemon.identity.pid, 0) == 0 || errno == EPERM
    }

    /// Whether a daemon is a process of this boot of this machine.
    func isHere(_ daemon: DaemonRow) -> Bool {
        daemon.identity.host == here.host && daemon.identity.bootID == here.bootID
    }

    /// The daemons that run.
    func alive(in database: Database) async throws(StorageError) -> [DaemonRow] {
        try await database.daemons().filter(isAlive)
    }
}
