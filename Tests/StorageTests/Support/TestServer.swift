import FoundationEssentials
import Glibc
import Synchronization

@testable import Storage

/// The server of a test run: an embedded cluster of its own, started at first use and thrown away
/// when the process ends; each test gets a database of its own in it.
enum TestServer {
    private struct State {
        var running: Running?
        var databases = 0
        var thrownAway: [EmbeddedCluster] = []
    }

    private struct Running {
        let cluster: EmbeddedCluster
        let conninfo: String
        let membership: FileLock
    }

    private static let state = Mutex(State())
    private static let prefix = "llavad-storage-tests-"

    /// Opens a new database with the schema in it.
    static func database() async throws -> Database {
        try await template.make()
        return try await Database.open(
            .external(conninfo: try newDatabase(template: "template_llava")),
            applicationName: "test")
    }

    /// Another connection to the same database.
    static func another(_ database: Database) async throws -> Database {
        try await Database.open(database.location, applicationName: "test too")
    }

    /// The database with the schema that those of tests are copied from.
    private static let template = Template()

    private actor Template {
        /// The one making, which tests that come meanwhile wait for too.
        private var making: Task<Void, any Error>?

        func make() async throws {
            let task =
                making
                ?? Task {
                    let conninfo = try TestServer.newDatabase(named: "template_llava")
                    let database = try await Database.open(.external(conninfo: conninfo))
                    try await database.migrate()
                    await database.close()
                }
            making = task
            try await task.value
        }
    }

    /// The connection string of a new database, a copy of `template`.
    static func newDatabase(
        named name: String? = nil, template: String = "template0"
    ) throws -> String {
        try state.withLock { state in
            let running = try state.running ?? start()
            if state.running == nil { remember(running.cluster, in: &state) }
            state.running = running
            state.databases += 1
            let name = name ?? "t\(state.databases)"
            let connection = try PostgresConnection(
                conninfo: running.conninfo, applicationName: "test set-up")
            defer { connection.close() }
            _ = try connection.run(
                Statement("create", "CREATE DATABASE \(name) TEMPLATE \(template)"))
            return running.conninfo.replacing("dbname=llava", with: "dbname=\(name)")
        }
    }

    /// A state directory that does not exist yet, where every user can get.
    static func freshStateDirectory() -> String {
        "/tmp/\(prefix)\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }

    /// Makes a cluster with the durability of a test: nobody misses it after a power cut.
    static func cluster(_ directory: String) -> EmbeddedCluster {
        var cluster = EmbeddedCluster(stateDirectory: directory)
        cluster.isThrowaway = true
        return cluster
    }

    private static func start() throws -> Running {
        removeLeftovers()
        let cluster = cluster(freshStateDirectory())
        try cluster.prepareDirectories()
        let turn = try cluster.takeTurn()
        defer { turn.release() }
        let membership = try cluster.join()
        let conninfo = try cluster.ensureRunning()
        return Running(cluster: cluster, conninfo: conninfo, membership: membership)
    }

    /// Stops a cluster and removes its files when the process ends.
    static func removeAtExit(_ cluster: EmbeddedCluster) {
        state.withLock { state in remember(cluster, in: &state) }
    }

    private static func remember(_ cluster: EmbeddedCluster, in state: inout State) {
        if state.thrownAway.isEmpty { atexit { TestServer.throwAway() } }
        state.thrownAway.append(cluster)
    }

    private static func throwAway() {
        for cluster in state.withLock({ $0.thrownAway }) {
            cluster.stop()
            try? FileManager.default.removeItem(atPath: cluster.stateDirectory)
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
