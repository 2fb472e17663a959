import Settings

/// What a reload cannot change under a running daemon.
enum SettingsChange {
    /// The names of changed settings that hold after a restart only.
    static func needingRestart(from old: DaemonSettings, to new: DaemonSettings) -> [String] {
        var names: [String] = []
        if old.database != new.database { names.append("database") }
        if old.stateDirectory != new.stateDirectory { names.append("state") }
        if old.model != new.model { names.append("model") }
        var (oldWorkers, newWorkers) = (old.workers, new.workers)
        (oldWorkers.drain, newWorkers.drain) = (.zero, .zero)
        if oldWorkers != newWorkers { names.append("workers") }
        if old.sources.jobTable != new.sources.jobTable { names.append("sources.job_table") }
        if old.images != new.images { names.append("images") }
        if old.retry != new.retry { names.append("retry") }
        if old.control != new.control { names.append("control") }
        if old.metricsAddress != new.metricsAddress { names.append("metrics") }
        if old.defaultPreset != new.defaultPreset { names.append("presets") }
        return names
    }
}
