import Glibc
import Settings

/// What `doctor` checks of the programs that come from packages.
enum ProgramChecks {
    /// The server's programs, which the embedded database needs.
    static func server(_ settings: DaemonSettings) -> Finding {
        guard settings.database == "embedded" else {
            return Finding("server", .ok, "a server of yours: no local programs needed")
        }
        let missing = ["initdb", "postgres", "pg_ctl"].filter { find($0) == nil }
        guard missing.isEmpty, let server = find("postgres") else {
            return Finding(
                "server", .fail,
                "\(missing.joined(separator: ", ")) not found: apt install postgresql, or set "
                    + "database to a server of yours")
        }
        return Finding("server", .ok, server)
    }

    /// psql, which only `sql` needs.
    static func psql() -> Finding {
        guard let path = find("psql") else {
            return Finding(
                "psql", .warn, "not found, llavactl sql needs it: apt install postgresql-client")
        }
        return Finding("psql", .ok, path)
    }

    /// The daemon's program, which `describe` starts.
    static func daemon() -> Finding {
        var folders = searchPath
        if let buffer = realpath("/proc/self/exe", nil) {
            folders.insert(GivenPath.parent(of: String(cString: buffer)), at: 0)
            free(buffer)
        }
        guard let path = find("llavad", in: folders) else {
            return Finding(
                "llavad", .fail, "not found: install it beside llavactl, or in PATH")
        }
        return Finding("llavad", .ok, path)
    }

    private static var searchPath: [String] {
        (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").map(String.init)
    }

    /// A program of PostgreSQL: in `PATH`, or where Debian keeps each version's, newest first.
    private static func find(_ name: String) -> String? {
        let versions = SmallFile.entries(of: "/usr/lib/postgresql")
            .sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
        return find(name, in: searchPath + versions.map { "/usr/lib/postgresql/\($0)/bin" })
    }

    private static func find(_ name: String, in folders: [String]) -> String? {
        folders.map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
    }
}
