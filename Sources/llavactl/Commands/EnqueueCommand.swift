import ArgumentParser
import Settings
import Storage

/// `enqueue PATH…`: makes sure that pictures get described, without waiting for it.
struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue", abstract: "Queue pictures and folders without waiting.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var presets: PresetOption

    @Argument(help: "Pictures, and folders of them.")
    var paths: [String] = []

    @Option(help: "Smaller runs first; 100 is usual.")
    var priority: Int = 100

    @Option(
        help: ArgumentHelp(
            "A list of paths, one a line or separated by NUL; - for standard input.",
            valueName: "file"))
    var filesFrom: String?

    func validate() throws {
        guard !paths.isEmpty || filesFrom != nil else {
            throw ValidationError("Name pictures or folders, or a list with --files-from.")
        }
        guard (-32768...32767).contains(priority) else {
            throw ValidationError("--priority takes -32768 to 32767, not \(priority).")
        }
    }

    func run() async throws {
        let listed = try filesFrom.map(PathList.read) ?? []
        let enqueued = try await shared.withDatabase { database, settings in
            let names = try await PresetCheck.wanted(presets.names, in: database, settings)
            return try await Enqueuing(
                paths + listed, presets: names, priority: priority, in: database,
                settings.sources)
        }
        enqueued.complainAboutSkipped()
        try report(enqueued)
        if !enqueued.skipped.isEmpty { throw CommandFailure(.someFailed, nil) }
    }

    private func report(_ enqueued: Enqueuing) throws {
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(
                JSONText.object([
                    "added": .number(enqueued.count.added),
                    "known": .number(enqueued.count.known),
                    "skipped": .strings(enqueued.skipped),
                ]).text)
        } else {
            var parts = ["\(enqueued.count.added) added", "\(enqueued.count.known) known already"]
            if !enqueued.skipped.isEmpty { parts.append("\(enqueued.skipped.count) skipped") }
            try sink.line(parts.joined(separator: ", "))
        }
        try sink.flush()
    }
}
