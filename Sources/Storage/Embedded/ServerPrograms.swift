internal import FoundationEssentials
internal import Glibc

/// Where PostgreSQL's programs are.
struct ServerPrograms: Sendable, Equatable {
    /// The folder that holds `postgres` and `initdb`.
    let directory: String
    /// The major version.
    let major: Int

    var postgres: String { directory + "/postgres" }
    var initdb: String { directory + "/initdb" }
    var psql: String { directory + "/psql" }

    /// The oldest version this product works with (generated columns, `hashtextextended`,
    /// `client_connection_check_interval`; the contract says 15).
    static let oldestMajor = 15

    /// Finds the programs: of the wanted major version, or the newest.
    ///
    /// Debian keeps each version in a folder of its own; elsewhere they are in `PATH`.
    static func find(major wanted: Int?) throws(StorageError) -> ServerPrograms {
        let debian = "/usr/lib/postgresql"
        var found: [ServerPrograms] = []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? [] {
            guard let major = Int(name) else { continue }
            found.append(ServerPrograms(directory: "\(debian)/\(name)/bin", major: major))
        }
        found.sort { $0.major > $1.major }
        let folders = (getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin")
            .split(separator: ":").map(String.init)
        for folder in folders where access(folder + "/postgres", X_OK) == 0 {
            if let major = version(of: folder + "/postgres") {
                found.append(ServerPrograms(directory: folder, major: major))
            }
        }
        let usable = found.filter {
            access($0.postgres, X_OK) == 0 && access($0.initdb, X_OK) == 0
                && $0.major >= oldestMajor
        }
        if let wanted {
            if let match = usable.first(where: { $0.major == wanted }) { return match }
            let others = usable.map { String($0.major) }.joined(separator: ", ")
            throw StorageError(
                .embedded,
                "the embedded database was made by PostgreSQL \(wanted), installed is "
                    + "\(others.isEmpty ? "none" : others): install postgresql-\(wanted), or move "
                    + "the database on with pg_upgrade")
        }
        guard let newest = usable.first else {
            throw StorageError(
                .embedded,
                "PostgreSQL \(oldestMajor) or later is not installed: `apt install postgresql`, "
                    + "or set `database` to the connection string of a server")
        }
        return newest
    }

    /// The major version `postgres --version` names.
    private static func version(of program: String) -> Int? {
        guard let text = try? ChildProcess.output(of: [program, "--version"]) else { return nil }
        // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
        return text.split(separator: " ").lazy
            .compactMap { $0.split(separator: ".").first.flatMap { Int($0) } }.first
    }
}
