import ArgumentParser
import Storage

/// `export`: the answers for other programs.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write answers for other programs.",
        discussion: """
            jsonl and csv hold the columns of llava.result; llava is the conversation list that \
            LLaVA is trained on. txt and xmp are a file for each picture, in --out or --beside \
            the pictures. Every file appears whole or not at all; pictures are never touched.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case jsonl, csv, txt, xmp, llava
    }

    @OptionGroup var shared: SharedOptions
    @OptionGroup var presets: PresetOption

    @Argument(help: "Only this picture, or the pictures below this folder.")
    var path: String?

    @Option(help: "What to write: jsonl, csv, txt, xmp or llava.")
    var format: Format

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The file, or for txt and xmp the folder; - is standard output.",
            valueName: "file-or-folder"))
    var out: String?

    @Flag(help: "Write txt and xmp files beside the pictures.")
    var beside = false

    @Flag(help: "Replace txt and xmp files that somebody else wrote.")
    var overwrite = false

    @Option(help: "Only the answers to this question of a preset.")
    var question: [String] = []

    private var isSidecar: Bool { format == .txt || format == .xmp }

    func validate() throws {
        if isSidecar {
            guard (out != nil && out != "-") != beside else {
                throw ValidationError(
                    "A file for each picture: give a folder with --out, or --beside.")
            }
        } else if beside || overwrite {
            throw ValidationError("--beside and --overwrite are for txt and xmp.")
        }
    }

    func run() async throws {
        let filter = ResultFilter(
            folder: path.map(GivenPath.absolute), presets: presets.names, questions: question,
            latestVersionsOnly: true)
        try await shared.withDatabase { database, _ in
            if isSidecar {
                try await writeSidecars(filter, database)
            } else {
                try await writeOne(filter, database)
            }
        }
    }

    private func writeOne(_ filter: ResultFilter, _ database: Database) async throws {
        guard let out, out != "-" else {
            try await content(filter, database, to: .standardOutput())
            return
        }
        let file = try AtomicFileWriter(GivenPath.absolute(out))
        do {
            let count = try await content(filter, database, to: file.sink)
            try file.commit()
            try report(written: 1, unchanged: 0, answers: count)
        } catch {
            file.abandon()
            throw error
        }
    }

    @discardableResult
    private func content(
        _ filter: ResultFilter, _ database: Database, to sink: FileSink
    ) async throws -> Int {
        switch format {
        case .csv:
            try await ResultListing.printAll(filter, in: database, .list(.csv), to: sink)
        case .llava:
            try await ConversationExport(database: database).write(filter, to: sink)
        default:
            try await ResultListing.printAll(filter, in: database, .list(.jsonl), to: sink)
        }
    }

    private func writeSidecars(_ filter: ResultFilter, _ database: Database) async throws {
        var export = SidecarExport(
            database: database, format: format == .xmp ? .xmp : .text,
            folder: beside ? nil : out.map(GivenPath.absolute), overwrites: overwrite)
        try await export.write(filter)
        for failure in export.failures { complain(failure) }
        try report(
            written: export.written, unchanged: export.unchanged, answers: export.answers)
        if !export.failures.isEmpty { throw CommandFailure(.someFailed, nil) }
    }

    private func report(written: Int, unchanged: Int, answers: Int) throws {
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(
                JSONText.object([
                    "files": .number(written), "unchanged": .number(unchanged),
                    "answers": .number(answers),
                ]).text)
        } else {
            let same = unchanged > 0 ? ", \(unchanged) unchanged" : ""
            try sink.line("\(answers) answers, \(written) files written\(same)")
        }
        try sink.flush()
    }
}
