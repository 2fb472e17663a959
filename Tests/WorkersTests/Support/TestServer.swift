import Foundation
import Synchronization

@testable import Storage

/// The PostgreSQL server of a test run: a private cluster started at first use and thrown away
/// when the process ends; each test gets a database of its own in it.
enum TestServer {
    private struct State {
        var running: Running?
        var databases = 0
    }

    private struct Running {
        let cluster: EmbeddedCluster
        let conninfo: String
        let membership: FileLock
    }

    private static let state = Mutex(State())
    private static let prefix = "llavad-workers-tests-"

    /// Where a new database is, with the schema in it.
    static func freshDatabase() async throws -> DatabaseLocation {
        let location = DatabaseLocation.external(conninfo: try emptyDatabase())
        let database = try await Database.open(location, applicationName: "test set-up")
        try await database.migrate()
        await database.close()
        return location
    }

    private static func emptyDatabase() throws -> String {
        try state.withLock { state in
            let running = try state.running ?? start()
            state.running = running
            state.databases += 1
            let name = "t\(state.databases)"
            let connection = try PostgresConnection(
                conninfo: running.conninfo, applicationName: "test set-up")
            defer { connection.close() }
            _ = try connection.run(Statement("create", "CREATE DATABASE \(name)"))
            return running.conninfo.replacing("dbname=llava", with: "dbname=\(name)")
        }
    }

    private static func start() throws -> Running {
        removeLeftovers()
        var cluster = EmbeddedCluster(
            stateDirectory: "/tmp/\(prefix)\(getpid())-\(UInt32.random(in: 0 ... .max))")
        cluster.isThrowaway = true
        try cluster.prepareDirectories()
        let turn = try cluster.takeTurn()
        defer { turn.release() }
        let membership = try cluster.join()
        let conninfo = try cluster.ensureRunning()
        atexit { TestServer.stop() }
        return Running(cluster: cluster, conninfo: conninfo, membership: membership)
    }

    private static func stop() {
        state.withLock { state in
            guard let running = state.running else { return }
            state.running = nil
            running.cluster.stop()
            running.membership.release()
            try? FileManager.default.removeItem(atPath: running.cluster.stateDirectory)
        }
    }

    /// Stops and removes the clusters of runs that were killed.
    private static func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
        for name in names where name.hasPrefix(prefix) {
            let pid = name.dropFirst(prefix.count).prefix { $0.isNumber }
            guard let pid = pid_t(pid), kill(pid, 0) != 0 else { continue }
            EmbeddedCluster(stateDirectory: "/tmp/" + name).stop()
            try? FileManager.default.removeItem(atPath: "/tmp/" + name)
        }
    }
}
