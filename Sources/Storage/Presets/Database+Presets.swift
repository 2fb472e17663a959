/// Presets: named lists of questions, versioned, never changed.
extension Database {
    /// The presets.
    ///
    /// - Parameter allVersions: Whether to list old versions too.
    /// - Returns: The presets by name, then version.
    /// - Throws: `StorageError`.
    public func presets(allVersions: Bool = false) throws(StorageError) -> [PresetRow] {
        try run(
            Statement(
                "presets",
                """
                SELECT \(PresetRow.columns) FROM llava.preset p
                WHERE $1 OR NOT EXISTS (SELECT FROM llava.preset n
                    WHERE n.name = p.name AND n.version > p.version)
                ORDER BY p.name, p.version
                """, [.bool(allVersions)])
        ).map { row throws(StorageError) in try PresetRow(row) }
    }

    /// Stores a preset as the next version of its name, unless the latest version is the same.
    ///
    /// - Parameter preset: The preset.
    /// - Returns: The version that is now the latest.
    /// - Throws: `StorageError`; may be repeated.
    public func addPreset(_ preset: NewPreset) throws(StorageError) -> PresetRow {
        let result = try run(
            Statement(
                "add preset",
                """
                SELECT \(PresetRow.columns) FROM llava.add_preset($1, $2, $3, $4::boolean) p
                """,
                [
                    .text(preset.name), .json(preset.body), .texts(preset.questions),
                    .text(preset.isDefault.map { $0 ? "true" : "false" }),
                ]))
        return try PresetRow(try result.only())
    }

    /// Fetches the rows not fetched before.
    func fetchPresets(_ ids: Set<Int32>) throws(StorageError) {
        let unknown = ids.filter { presetCache[$0] == nil }
        if unknown.isEmpty { return }
        let rows = try run(
            Statement(
                "presets by id",
                "SELECT \(PresetRow.columns) FROM llava.preset p WHERE p.preset_id = ANY ($1)",
                [.integers(unknown.sorted().map(Int64.init))])
        ).map { row throws(StorageError) in try PresetRow(row) }
        for row in rows { presetCache[row.id] = row }
    }
}

extension PresetRow {
    /// The columns `init(_:)` reads, from `llava.preset p`.
    static let columns = """
        p.preset_id, p.name, p.version, p.body, p.questions, p.is_default,
        extract(epoch FROM p.created_at) AS created
        """

    /// Reads a row of `columns`.
    init(_ row: PostgresRow) throws(StorageError) {
        self.init(
            id: try row.integer("preset_id"), name: try row.text("name"),
            version: try row.integer("version"), body: try row.text("body"),
            questions: try row.texts("questions"), isDefault: try row.bool("is_default"),
            createdAt: try row.date("created"))
    }
}
