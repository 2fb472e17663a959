public import Pipeline
public import Storage

/// Brings the built-in presets into the database.
public enum PresetLibrary {
    /// Stores the built-in presets that were never stored, and sees to a default.
    ///
    /// A preset that people changed stays theirs: its built-in text is among its older versions
    /// and is not stored again. The default that is set stays, unless the settings name another
    /// than the built-in one.
    ///
    /// - Parameters:
    ///   - presets: The built-in presets.
    ///   - defaultName: The preset of jobs that name none, as the settings have it.
    ///   - database: Where to store them.
    /// - Returns: How many were stored.
    /// - Throws: `PipelineError` of class `preset` if there is no preset `defaultName`,
    ///   `StorageError` from the database.
    public static func store(
        _ presets: [Preset], default defaultName: String, in database: Database
    ) async throws -> Int {
        let stored = try await database.presets(allVersions: true)
        var count = 0
        for preset in presets where !stored.contains(where: { holds(preset, $0) }) {
            _ = try await database.addPreset(NewPreset(preset))
            count += 1
        }
        let present = try await database.presets()
        let current = present.first { $0.isDefault }
        guard current == nil || defaultName != Preset.defaultName, current?.name != defaultName
        else { return count }
        guard let wanted = present.first(where: { $0.name == defaultName }) else {
            throw PipelineError(
                .preset, .preset,
                "presets.default names '\(defaultName)', and there is no such preset: add it with "
                    + "'llavactl presets add' or name one of "
                    + present.map(\.name).joined(separator: ", ") + ".")
        }
        _ = try await database.addPreset(
            NewPreset(
                name: wanted.name, body: wanted.body, questions: wanted.questions,
                isDefault: true))
        return count
    }

    private static func holds(_ preset: Preset, _ row: PresetRow) -> Bool {
        guard row.name == preset.name,
            var other = try? Preset(json: row.body, version: row.version)
        else { return false }
        other.version = preset.version
        return other == preset
    }
}

extension NewPreset {
    /// A preset as the database takes it.
    ///
    /// - Parameters:
    ///   - preset: The preset.
    ///   - isDefault: Whether it becomes the default; `nil` keeps the default as it is.
    public init(_ preset: Preset, isDefault: Bool? = nil) {
        self.init(
            name: preset.name, body: preset.json, questions: preset.questions.map(\.name),
            isDefault: isDefault)
    }
}
