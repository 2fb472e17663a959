/// What daemons say of themselves and of each other.
extension Database {
    /// Makes this process known under a new epoch, which owns the jobs it claims.
    ///
    /// - Parameters:
    ///   - identity: This process.
    ///   - modelFingerprint: The fingerprint of the model it describes with.
    ///   - modelName: The name people know the model by.
    ///   - workers: How many workers it runs.
    /// - Returns: The epoch.
    /// - Throws: `StorageError`.
    public func registerDaemon(
        _ identity: DaemonIdentity, modelFingerprint: String, modelName: String, workers: Int
    ) throws(StorageError) -> Int64 {
        try run(
            Statement(
                "register daemon",
                "SELECT llava.register($1, $2, $3::int, $4, $5, $6, $7::int) AS epoch",
                [
                    .text(identity.host), .text(identity.bootID), .integer(Int64(identity.pid)),
                    .integer(identity.pidStart), .text(modelFingerprint), .text(modelName),
                    .integer(Int64(workers)),
                ])
        ).only().integer("epoch")
    }

    /// Says that this daemon lives, and which jobs it holds; call every 5 s, on a connection of
    /// its own.
    ///
    /// - Parameters:
    ///   - epoch: This daemon.
    ///   - held: The jobs it holds, those whose `put` is under way included. What the database
    ///     has for us beyond these was claimed in a call whose reply was lost; after two beats
    ///     it is handed back.
    ///   - status: What the daemon wants shown of itself, as JSON text.
    /// - Returns: Whether we count, and what to cancel.
    /// - Throws: `StorageError`.
    public func beat(
        epoch: Int64, held: [Int64], status: String? = nil
    ) throws(StorageError) -> Beat {
        let row = try run(
            Statement(
                "beat",
                """
                SELECT alive, handed_back, cancelled, paused FROM llava.beat($1, $2, $3)
                """, [.integer(epoch), .integers(held), .json(status)], deadline: .seconds(10))
        ).only()
        return Beat(
            isAlive: try row.bool("alive"), handedBack: try row.integer("handed_back"),
            cancelled: try row.integers("cancelled"), isPaused: try row.bool("paused"))
    }

    /// Every living daemon's heartbeat counter, for the sweeper's own bookkeeping.
    ///
    /// - Returns: The counters.
    /// - Throws: `StorageError`.
    public func observeBeats() throws(StorageError) -> [ObservedBeat] {
        try run(
            Statement("observe", "SELECT epoch, beat FROM llava.daemon WHERE NOT dead")
        ).map { row throws(StorageError) in
            ObservedBeat(epoch: try row.integer("epoch"), beat: try row.integer("beat"))
        }
    }

    /// Writes off daemons that have been silent, takes back the jobs of all that are written off
    /// or hang, and makes waiting jobs ready whose time has come; call every 5 s.
    ///
    /// - Parameters:
    ///   - silent: Daemons whose counter the caller saw unchanged for long enough by its own
    ///     clock; one that has beaten since is left alone.
    ///   - maxBeats: After how many beats of its daemon without a stored answer a job hangs.
    /// - Returns: How many jobs were taken back.
    /// - Throws: `StorageError`; may be repeated.
    public func sweep(
        silent: [ObservedBeat], maxBeats: Int64 = 720
    ) throws(StorageError) -> Int {
        try run(
            Statement(
                "sweep", "SELECT llava.sweep($1, $2, $3) AS jobs",
                [
                    .integers(silent.map(\.epoch)), .integers(silent.map(\.beat)),
                    .integer(maxBeats),
                ])
        ).only().integer("jobs")
    }

    /// Writes off daemons of this machine that are gone: their process does not exist any more,
    /// or the machine was started again since; call once at start, before claiming.
    ///
    /// - Parameter identity: This process, which says what this machine is.
    /// - Returns: How many jobs were taken back.
    /// - Throws: `StorageError`; may be repeated.
    public func retireLocalDead(_ identity: DaemonIdentity) throws(StorageError) -> Int {
        let rows = try run(
            Statement(
                "local daemons",
                """
                SELECT epoch, boot_id, pid, pid_start,
                    extract(epoch FROM clock_timestamp() - beat_at) AS silence
                FROM llava.daemon WHERE NOT dead AND host = $1
                """, [.text(identity.host)])
        ).map { row throws(StorageError) in
            (
                epoch: try row.integer("epoch", as: Int64.self),
                process: DaemonIdentity(
                    host: identity.host, bootID: try row.text("boot_id"),
                    pid: try row.integer("pid"), pidStart: try row.integer("pid_start")),
                silence: try row.doubleIfPresent("silence") ?? 0
            )
        }
        let gone = rows.filter { row in
            guard row.process.bootID == identity.bootID else {
                // Another boot, or another container or a cloned machine of the same name:
                // the silence tells them apart.
                return row.silence > 30
            }
            return !row.process.isRunning
        }
        if gone.isEmpty { return 0 }
        return try run(
            Statement(
                "retire", "SELECT llava.retire($1) AS jobs", [.integers(gone.map(\.epoch))])
        ).only().integer("jobs")
    }

    /// Says that this daemon stops; jobs it still has are released, the attempts not counted.
    ///
    /// - Parameter epoch: This daemon.
    /// - Returns: How many jobs were released.
    /// - Throws: `StorageError`; may be repeated.
    public func unregisterDaemon(epoch: Int64) throws(StorageError) -> Int {
        try run(
            Statement("leave", "SELECT llava.leave($1) AS jobs", [.integer(epoch)])
        ).only().integer("jobs")
    }

    /// The daemons, newest first.
    ///
    /// - Parameter includingDead: Whether to list those written off too.
    /// - Returns: The daemons, at most 1,000.
    /// - Throws: `StorageError`.
    public func daemons(includingDead: Bool = false) throws(StorageError) -> [DaemonRow] {
        try run(
            Statement(
                "daemons",
                """
                SELECT d.epoch, d.host, d.boot_id, d.pid, d.pid_start, m.name, m.fingerprint,
                    d.workers, d.beat, extract(epoch FROM clock_timestamp() - d.beat_at) AS silence,
                    d.dead, extract(epoch FROM d.started_at) AS started, d.status,
                    (SELECT count(*) FROM llava.job j
                        WHERE j.state = 'running' AND j.owner = d.epoch) AS running
                FROM llava.daemon d JOIN llava.model m USING (model_id)
                WHERE NOT d.dead OR $1 ORDER BY d.epoch DESC LIMIT 1000
                """, [.bool(includingDead)])
        ).map { row throws(StorageError) in
            DaemonRow(
                epoch: try row.integer("epoch"),
                identity: DaemonIdentity(
                    host: try row.text("host"), bootID: try row.text("boot_id"),
                    pid: try row.integer("pid"), pidStart: try row.integer("pid_start")),
                modelName: try row.text("name"), modelFingerprint: try row.text("fingerprint"),
                workers: try row.integer("workers"), beat: try row.integer("beat"),
                secondsSinceBeat: try row.doubleIfPresent("silence") ?? 0,
                isDead: try row.bool("dead"), startedAt: try row.date("started"),
                running: try row.integer("running"), status: try row.textIfPresent("status"))
        }
    }

    /// Stops daemons from claiming; what they have they finish.
    ///
    /// - Parameter host: The machine, or `nil` for all.
    /// - Throws: `StorageError`; may be repeated.
    public func pause(host: String? = nil) throws(StorageError) {
        _ = try run(
            Statement(
                "pause",
                """
                WITH added AS (
                    INSERT INTO llava.pause(host) VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1)
                SELECT count(*), pg_notify('llava_control', '') FROM added
                """, [.text(host ?? "*")]))
    }

    /// Lets daemons claim again.
    ///
    /// - Parameter host: The machine, or `nil` to lift every pause.
    /// - Throws: `StorageError`; may be repeated.
    public func resume(host: String? = nil) throws(StorageError) {
        _ = try run(
            Statement(
                "resume",
                """
                WITH lifted AS (
                    DELETE FROM llava.pause WHERE $1 = '*' OR host = $1 RETURNING 1)
                SELECT count(*), pg_notify('llava_control', ''), pg_notify('llava_job', '')
                FROM lifted
                """, [.text(host ?? "*")]))
    }
}
