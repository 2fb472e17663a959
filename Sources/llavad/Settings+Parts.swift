import Folders
import Images
import LLaVA
import Logging
import Settings
import Workers

extension FolderRules {
    /// The watched folders of these settings.
    init(_ settings: DaemonSettings) {
        var watching = WatchSettings()
        watching.settleTime = settings.sources.settle
        watching.rescanInterval = settings.sources.rescan
        self.init(
            folders: settings.sources.folders.map {
                FolderOrder(
                    path: $0.path, presets: $0.presets, include: $0.include, exclude: $0.exclude)
            },
            include: settings.sources.include, exclude: settings.sources.exclude,
            watching: watching)
    }
}

extension LogOutput {
    /// The output of these settings.
    convenience init(_ settings: LogSettings, environment: [String: String]) {
        self.init(
            format: Self.format(settings, environment), level: Self.level(settings))
    }

    /// Takes settings that were read again.
    func apply(_ settings: LogSettings, environment: [String: String]) {
        change(format: Self.format(settings, environment), level: Self.level(settings))
    }

    private static func format(
        _ settings: LogSettings, _ environment: [String: String]
    ) -> LogFormat {
        settings.format.flatMap(LogFormat.init(rawValue:))
            ?? LogFormat.automatic(environment: environment)
    }

    private static func level(_ settings: LogSettings) -> Logger.Level {
        // The settings' own table allows these names only.
        Logger.Level(rawValue: settings.level) ?? .info
    }
}
