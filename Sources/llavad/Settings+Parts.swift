import Folders
import Images
import LLaVA
import Logging
import Settings
import Workers

extension ImageLimits {
    /// The limits of these settings.
    init(_ settings: ImageSettings) {
        self.init()
        maxFileBytes = settings.maxFileBytes
        maxSide = settings.maxSide
        maxPixels = settings.maxPixels
        maxScans = settings.maxScans
        maxDecodeSeconds = Int(settings.maxDecodeTime.components.seconds)
    }
}

extension ModelLocation {
    /// Where the model of these settings is.
    ///
    /// - Throws: `SettingsError` naming the key to set.
    init(_ settings: DaemonSettings) throws(SettingsError) {
        let files = try settings.model.files(stateDirectory: settings.stateDirectory)
        let arithmetic =
            settings.model.arithmetic.flatMap(Arithmetic.init(rawValue:)) ?? .fast
        self.init(
            text: files.text, projector: files.mmproj, template: settings.model.template,
            aspect: settings.model.aspect.flatMap(Aspect.init(rawValue:)),
            reading: settings.model.reading.flatMap(ImageReading.init(rawValue:)) ?? .original,
            appliesOrientation: settings.images.applyOrientation,
            keyValueStorage: settings.workers.kv.flatMap(KeyValueStorage.init(rawValue:))
                ?? .usual(for: arithmetic),
            arithmetic: arithmetic)
    }
}

extension WorkerPlan.Wishes {
    /// What these settings decide.
    init(_ settings: WorkerSettings) {
        self.init(
            workers: settings.count, threads: settings.threads, batch: settings.batch,
            memoryBytes: settings.memory)
    }
}

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
