import FoundationEssentials

/// What this process may use of the machine.
public struct Machine: Sendable, Equatable {
    /// Processors.
    public var cores: Int
    /// Bytes of the largest cache that a processor shares with others, 0 if nobody tells.
    public var cacheBytes: Int
    /// Bytes of memory.
    public var memoryBytes: Int

    /// Describes a machine.
    ///
    /// - Parameters:
    ///   - cores: Processors.
    ///   - cacheBytes: Bytes of the largest cache.
    ///   - memoryBytes: Bytes of memory.
    public init(cores: Int, cacheBytes: Int, memoryBytes: Int) {
        self.cores = cores
        self.cacheBytes = cacheBytes
        self.memoryBytes = memoryBytes
    }

    /// This machine, within the limits of this process's control groups.
    public static var current: Machine {
        let groups = ControlGroup.own
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        return Machine(
            cores: max(1, min(processors, groups.processors ?? processors)),
            cacheBytes: lastLevelCache,
            memoryBytes: min(memory, groups.memoryBytes ?? memory))
    }

    /// The size of the first processor's highest cache, as the kernel tells it: "32768K".
    private static var lastLevelCache: Int {
        let folder = "/sys/devices/system/cpu/cpu0/cache/index"
        return (0..<8).compactMap { index in
            ControlGroup.text("\(folder)\(index)/size").flatMap { size in
                size.last == "K" ? Int(size.dropLast()).map { $0 << 10 } : Int(size)
            }
        }.max() ?? 0
    }
}
