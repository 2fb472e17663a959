extension DaemonSettings {
    /// Fills the settings from a complete set of checked values.
    init(values: [String: SettingValue], file: String?, stateDirectory state: String) {
        let table = ValueTable(values: values)
        self.init(
            file: file,
            database: table.text("database"),
            stateDirectory: state,
            model: ModelSettings(
                text: table.optionalText("model.text"),
                mmproj: table.optionalText("model.mmproj"),
                template: table.optionalText("model.template", none: "auto"),
                aspect: table.optionalText("model.aspect", none: "auto"),
                reading: table.optionalText("model.reading", none: "auto"),
                arithmetic: table.optionalText("model.arithmetic", none: "auto")),
            modelEndpoint: table.text("model.endpoint"),
            workers: WorkerSettings(
                count: table.optionalNumber("workers.count"),
                threads: table.optionalNumber("workers.threads"),
                batch: table.optionalNumber("workers.batch"),
                memory: table.optionalNumber("workers.memory"),
                kv: table.optionalText("workers.kv", none: "auto"),
                drain: table.duration("workers.drain")),
            sources: SourceSettings(
                folders: table.folders("sources.folders"),
                jobTable: table.flag("sources.job_table"),
                settle: table.duration("sources.settle"),
                rescan: table.duration("sources.rescan"),
                include: table.names("sources.include"),
                exclude: table.names("sources.exclude")),
            images: ImageSettings(
                maxFileBytes: table.number("images.max_file_bytes"),
                maxSide: table.number("images.max_side"),
                maxPixels: table.number("images.max_pixels"),
                maxScans: table.number("images.max_scans"),
                maxDecodeTime: table.duration("images.max_decode_time"),
                applyOrientation: table.flag("images.apply_orientation"),
                jpegLeastSide: table.optionalNumber("images.jpeg_least_side")),
            retry: RetrySettings(
                maxAttempts: table.number("retry.max_attempts"),
                maxCrashes: table.number("retry.max_crashes")),
            control: ControlSettings(
                socket: table.optionalText("control.socket") ?? state + "/control.sock",
                group: table.optionalText("control.group", none: "none")),
            metricsAddress: table.optionalText("metrics.address"),
            log: LogSettings(
                level: table.text("log.level"),
                format: table.optionalText("log.format", none: "auto")),
            defaultPreset: table.text("presets.default"))
    }
}

/// Typed look-ups.
///
/// A miss is a fault of the table of keys, not of anybody's settings.
private struct ValueTable {
    let values: [String: SettingValue]

    private func value(_ name: String) -> SettingValue {
        guard let value = values[name] else {
            preconditionFailure("\(name) is missing from the table of settings")
        }
        return value
    }

    private func wrongKind(_ name: String) -> Never {
        preconditionFailure("\(name) has another kind in the table of settings")
    }

    func text(_ name: String) -> String {
        guard case .text(let text) = value(name) else { wrongKind(name) }
        return text
    }

    /// A text that may be absent; `none` is the word that stands for its absence.
    func optionalText(_ name: String, none: String? = nil) -> String? {
        switch value(name) {
        case .auto: nil
        case .text(let text): text == none ? nil : text
        default: wrongKind(name)
        }
    }

    func number(_ name: String) -> Int {
        guard case .number(let number) = value(name) else { wrongKind(name) }
        return number
    }

    func optionalNumber(_ name: String) -> Int? {
        value(name) == .auto ? nil : number(name)
    }

    func flag(_ name: String) -> Bool {
        guard case .flag(let flag) = value(name) else { wrongKind(name) }
        return flag
    }

    func duration(_ name: String) -> Duration {
        guard case .duration(let time) = value(name) else { wrongKind(name) }
        return time
    }

    func names(_ name: String) -> [String] {
        guard case .names(let names) = value(name) else { wrongKind(name) }
        return names
    }

    func folders(_ name: String) -> [FolderSetting] {
        guard case .folders(let folders) = value(name) else { wrongKind(name) }
        return folders
    }
}
