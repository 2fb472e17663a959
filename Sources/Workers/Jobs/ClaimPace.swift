/// How many jobs may be claimed before a worker has taken them.
///
/// What is claimed ahead is stranded for a while if this process dies, and kept from other daemons
/// until then, so it is a few jobs. Only where every place of the workers was done with more than
/// once within a quarter of a second, it is as many more as that: a claim and a commit for each few
/// of thousands of jobs a second would be most of their work, and so many are soon begun.
struct ClaimPace {
    /// The time looked back on, and so the work that is claimed ahead.
    static let window = Duration.milliseconds(250)
    /// The most jobs ahead: twice what goes into one transaction, so that one batch is claimed
    /// while the one before is on its way.
    static let most = 128

    /// The jobs ahead at any pace.
    let least: Int
    /// Pictures that the workers have room for.
    let places: Int

    private var since = Duration.zero
    private var count = 0
    private var countBefore = 0

    /// Starts without a pace.
    ///
    /// - Parameters:
    ///   - least: The jobs ahead at any pace, at least 1.
    ///   - places: Pictures that the workers have room for.
    init(least: Int, places: Int) {
        self.least = least
        self.places = places
    }

    /// Counts a job that has ended, however it did.
    ///
    /// Not one that was begun: slow workers, too, begin as many at once as they have places.
    ///
    /// - Parameter now: The time on any clock that only goes forward.
    mutating func ended(at now: Duration) {
        if now - since >= Self.window {
            countBefore = now - since < Self.window * 2 ? count : 0
            count = 0
            since = now
        }
        count += 1
    }

    /// How many jobs may be ahead.
    ///
    /// - Parameter now: The time on the clock of `ended`.
    /// - Returns: `least`, or more, up to `most`.
    func limit(at now: Duration) -> Int {
        let age = now - since
        let ended = age < Self.window ? max(count, countBefore) : age < Self.window * 2 ? count : 0
        return max(least, min(least + ended - places, Self.most))
    }

    /// How many jobs to claim now.
    ///
    /// - Parameters:
    ///   - ahead: Jobs claimed that no worker has taken yet.
    ///   - now: The time on the clock of `ended`.
    /// - Returns: The number; 0 while so many are ahead that a claim can wait to be a larger one.
    func room(beside ahead: Int, at now: Duration) -> Int {
        let limit = limit(at: now)
        let room = limit - ahead
        // At a leisurely pace every place is filled at once.
        return room > (limit - least) / 2 ? room : 0
    }
}
