import Pipeline
import Settings
import Storage

/// Looks after the presets the database has.
enum PresetCheck {
    /// Stores the built-in presets the database lacks.
    ///
    /// One that is there is left alone, in whatever version: it may have been changed on purpose.
    static func addMissing(to database: Database, _ settings: DaemonSettings) async throws {
        let known = Set(try await database.presets().map(\.name))
        for preset in try Preset.builtIn() where !known.contains(preset.name) {
            _ = try await database.addPreset(
                NewPreset(
                    name: preset.name, body: preset.json,
                    questions: preset.questions.map(\.name),
                    isDefault: preset.name == settings.defaultPreset))
        }
    }

    /// Refuses names that no preset has.
    ///
    /// - Throws: `CommandFailure` with the exit code for wrong usage.
    static func requireKnown(
        _ names: [String], in database: Database, _ settings: DaemonSettings
    ) async throws {
        try await addMissing(to: database, settings)
        let known = try await database.presets().map(\.name)
        if let name = names.first(where: { !known.contains($0) }) {
            throw CommandFailure(
                .usage,
                "there is no preset '\(name)': give some of \(known.joined(separator: ", ")), "
                    + "or add it with llavactl presets add")
        }
    }
}
