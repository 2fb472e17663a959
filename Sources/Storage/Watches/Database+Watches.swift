/// Watched folders; daemons learn of changes on the channel `llava_control`.
extension Database {
    /// The watched folders, by path.
    ///
    /// - Returns: The folders.
    /// - Throws: `StorageError`.
    public func watches() throws(StorageError) -> [WatchRow] {
        try run(
            Statement(
                "watches",
                """
                SELECT path, presets, include, exclude, extract(epoch FROM added_at) AS added
                FROM llava.watch ORDER BY path
                """)
        ).map { row throws(StorageError) in
            WatchRow(
                path: try row.text("path"), presets: try row.texts("presets"),
                include: try row.texts("include"), exclude: try row.texts("exclude"),
                addedAt: try row.date("added"))
        }
    }

    /// Watches a folder, or changes how it is watched.
    ///
    /// - Parameters:
    ///   - path: The folder's absolute path.
    ///   - presets: The presets its pictures get; empty means the default preset.
    ///   - include: Globs a file must match one of; empty means every file.
    ///   - exclude: Globs a file must match none of.
    /// - Returns: Whether the folder was not watched before.
    /// - Throws: `StorageError`; may be repeated.
    public func addWatch(
        path: String, presets: [String] = [], include: [String] = [], exclude: [String] = []
    ) throws(StorageError) -> Bool {
        try run(
            Statement(
                "add watch",
                """
                WITH added AS (
                    INSERT INTO llava.watch AS w (path, presets, include, exclude)
                    VALUES ($1, $2, $3, $4)
                    ON CONFLICT (path) DO UPDATE SET presets = excluded.presets,
                        include = excluded.include, exclude = excluded.exclude
                    RETURNING w.xmax = 0 AS is_new)
                SELECT bool_and(is_new) AS is_new, pg_notify('llava_control', '')
                FROM added
                """, [.text(path), .texts(presets), .texts(include), .texts(exclude)])
        ).only().bool("is_new")
    }

    /// Stops watching a folder; its jobs and answers stay.
    ///
    /// - Parameter path: The folder's path as it was added.
    /// - Returns: Whether it was watched.
    /// - Throws: `StorageError`; may be repeated.
    public func removeWatch(path: String) throws(StorageError) -> Bool {
        try run(
            Statement(
                "remove watch",
                """
                WITH removed AS (DELETE FROM llava.watch WHERE path = $1 RETURNING 1)
                SELECT count(*) > 0 AS was_there, pg_notify('llava_control', '') FROM removed
                """, [.text(path)])
        ).only().bool("was_there")
    }
}
