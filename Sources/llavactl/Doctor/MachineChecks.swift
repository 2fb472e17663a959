import Glibc
import LLaVA
import Settings

/// What `doctor` checks of the machine.
enum MachineChecks {
    /// The instruction sets the kernels are written for, and what their absence costs.
    static func processor() -> Finding {
        let wanted = ["avx2", "fma", "f16c"]
        guard let text = SmallFile.read("/proc/cpuinfo"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
        else {
            return Finding(
                "processor", .warn,
                "not an x86-64 one: mostly the plain kernels run, slowly")
        }
        let flags = Set(line.split(separator: " ").map(String.init))
        let missing = wanted.filter { !flags.contains($0) }
        guard missing.isEmpty else {
            return Finding(
                "processor", .warn,
                "lacks \(missing.joined(separator: ", ")): the plain kernels run, slowly")
        }
        let extra = flags.contains("avx512f") ? ", avx512f" : ""
        return Finding(
            "processor", .ok,
            wanted.joined(separator: ", ") + extra + "; \(Machine.current.cores) cores")
    }

    /// How many folders can be watched: below this many a photo collection may not fit.
    private static let usefulWatches = 65536

    /// The limits of inotify.
    static func inotify() -> Finding {
        let folder = "/proc/sys/fs/inotify/"
        guard let watches = SmallFile.number(folder + "max_user_watches"),
            let instances = SmallFile.number(folder + "max_user_instances")
        else {
            return Finding(
                "inotify", .warn, "not available: watched folders are read again and again")
        }
        if watches < usefulWatches {
            return Finding(
                "inotify", .warn,
                "only \(watches) folders can be watched: sysctl fs.inotify.max_user_watches="
                    + "\(usefulWatches * 8)")
        }
        if instances < 16 {
            return Finding(
                "inotify", .warn,
                "only \(instances) instances: sysctl fs.inotify.max_user_instances=128")
        }
        return Finding("inotify", .ok, "\(watches) folders can be watched")
    }

    /// The state folder: there or to be made, writable, with room.
    static func stateFolder(_ path: String) -> Finding {
        var existing = path
        while access(existing, F_OK) != 0, existing != "/" {
            existing = GivenPath.parent(of: existing)
        }
        guard access(existing, W_OK | X_OK) == 0 else {
            return Finding(
                "state", .fail,
                "'\(existing)' may not be written to: run as the daemon's user, or set state in "
                    + "the settings")
        }
        var room = statvfs()
        if statvfs(existing, &room) == 0 {
            let megabytes = (Int(room.f_bavail) * Int(room.f_frsize)) >> 20
            if megabytes < 512 {
                return Finding(
                    "state", .warn, "only \(megabytes) MiB are free in '\(existing)': make room")
            }
        }
        return Finding(
            "state", .ok, existing == path ? path : "\(path) (will be made on first use)")
    }
}
