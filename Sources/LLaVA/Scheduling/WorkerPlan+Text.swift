extension WorkerPlan {
    /// The plan in a sentence.
    public var sentence: String {
        "\(Self.count(workers, "worker")) of \(Self.count(threads, "thread")), up to "
            + "\(Self.count(limits.batch, "answer")) side by side, "
            + "\(Self.size(memoryBytes)) for keys and values"
    }

    /// What it follows from.
    ///
    /// - Parameters:
    ///   - machine: The machine it is for.
    ///   - model: The model it is for.
    /// - Returns: A sentence without its full stop.
    public func reason(machine: Machine, model: ModelSummary) -> String {
        let cache =
            machine.cacheBytes == 0
            ? "a cache of unknown size"
            : "\(Self.size(machine.cacheBytes)) of cache"
        return "\(Self.count(machine.cores, "core")), \(cache) and "
            + "\(Self.size(machine.memoryBytes)) of memory, for \(Self.size(model.fileBytes)) of "
            + "weights and \(Self.size(pictureBytes)) a picture"
    }

    private static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }

    /// A size to a tenth of the unit that makes it 1 or more.
    private static func size(_ bytes: Int) -> String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20)] where bytes >> shift > 0 {
            let tenths = bytes / ((1 << shift) / 10)
            let rest = tenths < 1000 ? ".\(tenths % 10)" : ""
            return "\(tenths / 10)\(rest) \(unit)"
        }
        return "\(bytes >> 10) KiB"
    }
}
