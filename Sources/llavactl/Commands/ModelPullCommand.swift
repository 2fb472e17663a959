import ArgumentParser
import Glibc
import Hub
import Settings

/// `model pull OWNER/NAME[:FILE]`: a model from a hub.
struct ModelPullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Fetch a model from a hub.",
        discussion: """
            Of a repository with GGUF files, FILE names one of them or a part of its name, such as \
            Q5_K_M; without it Q4_K_M is taken where there are several. The projector's file comes \
            along. Of a repository with safetensors the whole folder is fetched. What was \
            interrupted goes on where it ended; every file is held to the checksum the hub states. \
            A private or gated model needs a token in the environment variable HF_TOKEN.
            """)

    @OptionGroup var shared: SharedOptions

    @Argument(help: ArgumentHelp("The model.", valueName: "owner/name[:file]"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "The folder to write into; NAME in the models folder by default.", valueName: "dir"))
    var out: String?

    @Option(help: ArgumentHelp("The hub, instead of model.endpoint.", valueName: "url"))
    var endpoint: String?

    @Option(help: ArgumentHelp("A branch, tag or commit.", valueName: "name"))
    var revision = "main"

    func run() async throws {
        let settings = try shared.settings()
        let parts = model.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let address = try HubAddress(
            endpoint: endpoint ?? settings.modelEndpoint, repository: String(parts[0]),
            revision: revision)
        let wanted = parts.count > 1 ? String(parts[1]) : nil
        guard wanted?.isEmpty != true else {
            throw ValidationError("Name a file after the colon, or leave the colon out.")
        }
        let pull = try ModelPull(address: address, wanted: wanted, token: Self.token)
        let folder =
            out.map(GivenPath.absolute) ?? "\(settings.modelsFolder.path)/\(address.name)"
        let pulled = try await EngineThread.run {
            var progress = TimedProgress(countsBytes: true)
            defer { progress.finish() }
            return try pull.fetch(into: folder) { _, done, total in
                progress.update(done: done, total: total)
            }
        }
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(
                JSONText.object([
                    "commit": .string(pulled.commit), "files": .strings(pulled.paths),
                    "already_there": .strings(pulled.alreadyThere),
                ]).text)
        } else {
            for path in pulled.paths { try sink.line(Printable.text(path)) }
        }
        try sink.flush()
    }

    /// What proves who asks; an empty variable is none.
    private static var token: String? {
        guard let value = getenv("HF_TOKEN"), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
