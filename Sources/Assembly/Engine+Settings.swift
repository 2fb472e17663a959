public import LLaVA
public import Settings

extension ModelLocation {
    /// Where the model of these settings is, with everything that makes its answers what they are:
    /// the same in the daemon and in every verb.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - isTextOnly: Whether no picture is looked at, which needs no projector.
    /// - Throws: `SettingsError` naming the key to set.
    public init(
        _ settings: DaemonSettings, isTextOnly: Bool = false
    ) throws(SettingsError) {
        let (model, state) = (settings.model, settings.stateDirectory)
        let files =
            isTextOnly
            ? (text: try model.textFile(stateDirectory: state), mmproj: nil)
            : try model.files(stateDirectory: state)
        let arithmetic = Arithmetic(model)
        self.init(
            text: files.text, projector: files.mmproj, template: model.template,
            aspect: model.aspect.flatMap(Aspect.init(rawValue:)),
            reading: model.reading.flatMap(ImageReading.init(rawValue:)) ?? .original,
            appliesOrientation: settings.images.applyOrientation,
            jpegLeastSide: settings.images.jpegLeastSide,
            keyValueStorage: KeyValueStorage(settings.workers, arithmetic: arithmetic),
            arithmetic: arithmetic)
    }
}

extension Arithmetic {
    /// The arithmetic of these settings.
    public init(_ settings: ModelSettings) {
        self = settings.arithmetic.flatMap(Arithmetic.init(rawValue:)) ?? .fast
    }
}

extension KeyValueStorage {
    /// How keys and values are kept by these settings.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - arithmetic: The arithmetic, which decides where they leave it open.
    public init(_ settings: WorkerSettings, arithmetic: Arithmetic) {
        self =
            settings.kv.flatMap(KeyValueStorage.init(rawValue:)) ?? .usual(for: arithmetic)
    }
}

extension WorkerPlan.Wishes {
    /// What these settings decide.
    public init(_ settings: WorkerSettings) {
        self.init(
            workers: settings.count, threads: settings.threads, batch: settings.batch,
            memoryBytes: settings.memory)
    }
}
