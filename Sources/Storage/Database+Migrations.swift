/// The schema's version.
extension Database {
    /// Advisory lock of the migrations: a number of ours, chosen at random.
    private static let migrationLock: Int64 = 7_810_771_480_114_291_814

    /// Brings the schema up to this program's version, each step in a transaction of its own.
    ///
    /// A lock keeps programs that start together from colliding. Does nothing when the schema is
    /// up to date.
    ///
    /// - Returns: How many steps were applied.
    /// - Throws: `StorageError`; of the kind `schema` if the database is newer than this program.
    @discardableResult
    public func migrate() throws(StorageError) -> Int {
        try migrate(Migration.all)
    }

    func migrate(_ migrations: [Migration]) throws(StorageError) -> Int {
        if try unapplied(migrations).isEmpty { return 0 }
        var applied = 0
        for migration in migrations {
            let done = try transaction { () throws(StorageError) -> Bool in
                // Another program may migrate: wait for it, longer than a session's own limits.
                _ = try run(
                    Statement(
                        "migration limits",
                        """
                        SELECT set_config('lock_timeout', '0', true),
                            set_config('statement_timeout', '0', true)
                        """))
                _ = try run(
                    Statement(
                        "migration lock", "SELECT pg_advisory_xact_lock($1)",
                        [.integer(Self.migrationLock)], deadline: .seconds(600)))
                guard try unapplied(migrations).contains(where: { $0.number == migration.number })
                else { return false }
                try runScript(migration.name, migration.sql, deadline: .seconds(3600))
                _ = try run(
                    Statement(
                        "record migration",
                        """
                        INSERT INTO llava.migration (number, name, sha256)
                        VALUES ($1, $2, encode(sha256($3), 'hex'))
                        """,
                        [
                            .integer(Int64(migration.number)), .text(migration.name),
                            .bytes(migration.bytes),
                        ]))
                return true
            }
            if done { applied += 1 }
        }
        return applied
    }

    /// The steps the database lacks, once it is sure that those it has are ours.
    private func unapplied(_ migrations: [Migration]) throws(StorageError) -> [Migration] {
        let exists = try run(
            Statement(
                "migration table",
                // Not to_regclass: it may answer from a cache that waiting for the lock has not
                // refreshed.
                """
                SELECT EXISTS (SELECT FROM pg_catalog.pg_class c
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'llava' AND c.relname = 'migration') AS there
                """)
        ).only().bool("there")
        guard exists else { return migrations }
        let rows = try run(
            Statement(
                "migrations",
                """
                SELECT number, name, sha256 FROM llava.migration ORDER BY number
                """)
        ).map { row throws(StorageError) in
            (
                number: try row.integer("number", as: Int.self), name: try row.text("name"),
                hash: try row.text("sha256")
            )
        }
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.number, $0) })
        for row in rows {
            guard let migration = known[row.number] else {
                throw StorageError(
                    .schema,
                    "the database has schema step \(row.number) ('\(row.name)'), this program "
                        + "knows \(migrations.count): install a llavad at least as new as the "
                        + "one that wrote the database")
            }
            let hash = try run(
                Statement(
                    "migration hash", "SELECT encode(sha256($1), 'hex') AS hash",
                    [.bytes(migration.bytes)])
            ).only().text("hash")
            guard hash == row.hash else {
                throw StorageError(
                    .schema,
                    "schema step \(row.number) ('\(row.name)') was applied by another build with "
                        + "another text: use the llavad that made this database, or a new one")
            }
        }
        let applied = Set(rows.map(\.number))
        return migrations.filter { !applied.contains($0.number) }
    }
}
