import LLaVA

/// The model that is measured.
enum BenchModel: Sendable {
    /// One of files.
    case files(ModelLocation)
    /// A real shape with random weights, made in memory: nothing is downloaded, nothing is left
    /// on a disk, and the pages are the kernel's as those of mapped files are.
    case synthetic(ModelSynthesis, KeyValueStorage, Arithmetic)

    /// What a report calls it.
    var name: String {
        switch self {
        case .files(let location): location.text
        case .synthetic(let synthesis, _, _): "\(synthesis.shape.name) \(synthesis.mix.rawValue)"
        }
    }

    /// Whose preprocessing its pictures go through.
    var reading: ImageReading {
        switch self {
        case .files(let location): location.reading
        case .synthetic: .original
        }
    }

    /// Makes the weights if there are none yet; not part of what is timed.
    func prepared() throws(EngineError) -> Prepared {
        switch self {
        case .files(let location): return Prepared(location: location, memory: nil)
        case .synthetic(let synthesis, let storage, let arithmetic):
            let memory = try synthesis.makeInMemory(threads: EngineThread.defaultCount)
            var location = memory.location
            location.keyValueStorage = storage
            location.arithmetic = arithmetic
            return Prepared(location: location, memory: memory)
        }
    }

    /// Where to load it from.
    struct Prepared {
        let location: ModelLocation
        /// Keeps files in memory until they are mapped.
        let memory: MemoryModel?
    }
}
