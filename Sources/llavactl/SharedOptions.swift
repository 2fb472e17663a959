import ArgumentParser
import Settings
import Storage

/// The options of every verb.
struct SharedOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The settings file, instead of $LLAVA_CONFIG or /etc/llavad/llavad.yaml.",
            valueName: "file"))
    var config: String?

    @Flag(help: "Print JSON.")
    var json = false

    /// The settings in force.
    func settings() throws(SettingsError) -> DaemonSettings {
        try SettingsLoader.load(configPath: config)
    }

    /// Does something with the database, and leaves it afterwards.
    ///
    /// - Parameter body: What to do.
    /// - Returns: What `body` gives.
    /// - Throws: `SettingsError`, `StorageError`, and what `body` throws.
    func withDatabase<Result>(
        _ body: (Database, DaemonSettings) async throws -> Result
    ) async throws -> Result {
        let settings = try settings()
        let database = try await Database.open(
            DatabaseLocation(settings), applicationName: "llavactl")
        do {
            try await database.migrate()
            let result = try await body(database, settings)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }
}

extension DatabaseLocation {
    /// The database of these settings.
    init(_ settings: DaemonSettings) {
        self.init(setting: settings.database, stateDirectory: settings.stateDirectory)
    }
}
