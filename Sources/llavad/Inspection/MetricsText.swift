import Workers

/// The daemon's state in the Prometheus text format, version 0.0.4.
enum MetricsText {
    /// All metrics of a moment.
    static func text(of state: ServiceState) -> String {
        var lines: [String] = []
        func add(_ name: String, _ kind: String, _ help: String, _ value: Double) {
            lines.append("# HELP llavad_\(name) \(help)")
            lines.append("# TYPE llavad_\(name) \(kind)")
            lines.append("llavad_\(name) \(value)")
        }
        let counts = state.counts
        add("jobs_done_total", "counter", "Jobs whose answers are stored.", Double(counts.done))
        add("jobs_dead_total", "counter", "Jobs given up.", Double(counts.dead))
        add("jobs_retried_total", "counter", "Jobs to be tried again.", Double(counts.retried))
        add("jobs_released_total", "counter", "Jobs given back.", Double(counts.released))
        add(
            "pictures_known_total", "counter", "Pictures that had every answer already.",
            Double(counts.known))
        add("jobs_held", "gauge", "Jobs claimed and not yet ended.", Double(state.held.count))
        add("workers", "gauge", "Worker threads.", Double(state.workers.count))
        add(
            "workers_busy", "gauge", "Worker threads at a picture.",
            Double(state.workers.count { !$0.pictures.isEmpty }))
        add(
            "pictures_per_hour", "gauge", "Pictures an hour over five minutes.",
            state.picturesPerHour)
        add(
            "tokens_per_second", "gauge", "Tokens a second over five minutes.",
            state.tokensPerSecond)
        add("paused", "gauge", "Whether no jobs are claimed.", state.phase == "running" ? 0 : 1)
        if let seconds = state.secondsSinceBeat {
            add("beat_age_seconds", "gauge", "Time since the last good heartbeat.", seconds)
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
