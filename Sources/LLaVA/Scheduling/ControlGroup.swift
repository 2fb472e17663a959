import FoundationEssentials

/// The limits that control groups set this process, as systemd and container runtimes use them.
///
/// Each group's limits hold for those below it; cgroups(7), version 2, and the memory limit of
/// version 1.
struct ControlGroup {
    /// Bytes of memory, if limited.
    private(set) var memoryBytes: Int?
    /// Processors' worth of time, rounded up, if limited.
    private(set) var processors: Int?

    /// The limits of this process's groups.
    static var own: ControlGroup {
        var limits = ControlGroup()
        for line in (text("/proc/self/cgroup") ?? "").split(separator: "\n") {
            // Number, controllers, path: "0::/system.slice/llavad.service" in version 2.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[1].isEmpty {
                limits.take(under: "/sys/fs/cgroup", path: parts[2])
            } else if parts[1].split(separator: ",").contains("memory") {
                limits.take(under: "/sys/fs/cgroup/memory", path: parts[2])
            }
        }
        return limits
    }

    /// Takes the limits of a group and of all above it.
    mutating func take(under root: String, path: Substring) {
        let folders = path.split(separator: "/").reduce(into: [root]) { folders, name in
            folders.append("\(folders[folders.count - 1])/\(name)")
        }
        for folder in folders {
            for file in ["memory.max", "memory.high", "memory.limit_in_bytes"] {
                // "max", or far more than there is, where nothing is limited.
                guard let bytes = Self.text("\(folder)/\(file)").flatMap(Int.init) else { continue }
                memoryBytes = min(memoryBytes ?? bytes, bytes)
            }
            // "200000 100000": so many microseconds in each period.
            let quota = (Self.text("\(folder)/cpu.max") ?? "").split(separator: " ").map { Int($0) }
            if quota.count == 2, let time = quota[0], let period = quota[1], period > 0 {
                let most = (time + period - 1) / period
                processors = min(processors ?? most, most)
            }
        }
    }

    /// A small file's text without white space around it.
    static func text(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let scalars = String(decoding: data, as: UTF8.self).unicodeScalars
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
