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

    /// The presets a verb asks for: those given, else the default one of the settings.
    ///
    /// - Throws: `CommandFailure` for a name given, `SettingsError` for a default, that no preset
    ///   has.
    static func wanted(
        _ given: [String], in database: Database, _ settings: DaemonSettings
    ) async throws -> [String] {
        guard given.isEmpty else {
            try await requireKnown(given, in: database, settings)
            return given
        }
        do {
            try await requireKnown([settings.defaultPreset], in: database, settings)
        } catch let failure as CommandFailure {
            throw SettingsError(
                .badValue, at: settings.file ?? "LLAVA_PRESETS_DEFAULT",
                "presets.default: \(failure)")
        }
        return [settings.defaultPreset]
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
