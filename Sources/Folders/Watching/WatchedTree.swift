/// The directories watched: which path and folder each watch stands for.
struct WatchedTree {
    /// A directory with a watch.
    struct Place: Equatable {
        /// The number of the watched folder it belongs to.
        let folder: Int
        /// Its path relative to that folder; empty for the folder itself.
        let relative: String
    }

    private var places: [Int32: [Place]] = [:]
    private var watches: [Place: Int32] = [:]

    /// The places a watch stands for: several only where watched folders overlap.
    func places(of watch: Int32) -> [Place] { places[watch] ?? [] }

    /// How many directories are watched.
    var count: Int { places.count }

    /// Notes a watch; a directory that was moved keeps its watch and changes its place.
    mutating func set(_ watch: Int32, for place: Place) {
        if let old = watches[place], old != watch { drop(place, from: old) }
        watches[place] = watch
        if places[watch]?.contains(place) != true { places[watch, default: []].append(place) }
    }

    /// Forgets a watch that the kernel has ended.
    mutating func forget(_ watch: Int32) {
        for place in places.removeValue(forKey: watch) ?? [] { watches[place] = nil }
    }

    /// Forgets a place and those below it.
    ///
    /// - Returns: The watches that stand for nothing any more.
    mutating func forget(_ top: Place) -> [Int32] {
        let prefix = top.relative + "/"
        let gone = watches.filter { place, _ in
            place.folder == top.folder
                && (top.relative.isEmpty || place.relative == top.relative
                    || place.relative.hasPrefix(prefix))
        }
        for (place, watch) in gone {
            watches[place] = nil
            drop(place, from: watch)
        }
        return Set(gone.values).filter { places[$0] == nil }
    }

    private mutating func drop(_ place: Place, from watch: Int32) {
        places[watch]?.removeAll { $0 == place }
        if places[watch]?.isEmpty == true { places[watch] = nil }
    }
}

extension WatchedTree.Place: Hashable {}
